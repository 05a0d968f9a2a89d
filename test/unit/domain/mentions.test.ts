import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LINE_WINDOW, windowAround } from '../../../agent/domain/line-window.ts';
import { ID_TOKEN, MENTION_PATTERNS, NAME_TOKEN } from '../../../agent/domain/mention-patterns.ts';
import { findMentions, findMentionsIn, knownContainers, mentionAt, timeIn } from '../../../agent/domain/mentions.ts';
import type { Mention } from '../../../agent/domain/mentions.ts';

const ID = '3f2a9c1b4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f8';
const SHORT = ID.slice(0, 12);
const KNOWN = knownContainers([
  { id: ID, name: 'shop-api-1' },
  { id: '9'.repeat(64), name: 'web' },
]);

function inWords(mention: Mention): string {
  switch (mention.kind) {
    case 'exit-code':
      return `exit ${String(mention.code)}`;
    case 'foreign-status':
      return `status ${String(mention.status)}`;
    case 'signal':
      return `signal ${String(mention.signal)}`;
    case 'oom':
      return mention.flag === undefined ? 'oom' : `oom ${String(mention.flag)}`;
    case 'container-id':
      return `id ${mention.id.slice(0, 12)}`;
    case 'container-name':
      return `name ${mention.name}`;
    case 'crash-loop':
    case 'status-unknown':
      return mention.kind;
  }
}

const words = (line: string, known = knownContainers([])): string => findMentions(line, known).map(inWords).join(', ');

/** A line, and what it says. */
const POSITIVE: readonly (readonly [line: string, expected: string])[] = [
  // Of Windows, negative, and not decoded
  ['Process exited with code 3221225477', 'status 3221225477'],
  ['exit code -1073741819', 'status -1073741819'],
  ['exit code 0xC0000005', 'status 3221225477'],
  ['exited with code -1', 'status -1'],
  ['"ExitCode": -9', 'status -9'],
  ['exit status 34304', 'status 34304'],
  ['exit code 1370', 'status 1370'],
  ['exit code 256', 'status 256'],
  // Docker and Compose
  ['exited with code 137', 'exit 137'],
  ['shop-api-1 exited with code 137', 'exit 137'],
  ['shop-api-1  | exited with code 0', 'exit 0'],
  ['Exited (137) 3 minutes ago', 'exit 137'],
  [`${SHORT}   shop:1.2   "/bin/run"   2 hours ago   Exited (137) 3 minutes ago   shop-api-1`, `id ${SHORT}, exit 137`],
  ['shop_api_1   ./run.sh   Exit 137', 'exit 137'],
  ['shop_api_1   ./run.sh   Exit 137   ', 'exit 137'],
  ['"ExitCode": 137,', 'exit 137'],
  ['            "ExitCode":0,', 'exit 0'],
  ['"OOMKilled": true,', 'oom true'],
  ['"OOMKilled":false,', 'oom false'],
  [`"Id": "${ID}",`, `id ${SHORT}`],
  [`2026-11-23T06:17:04.1Z container die ${ID} (exitCode=137, image=shop, name=shop-api-1)`, 'exit 137'],
  [`container kill ${SHORT} (image=shop, name=x, signal=9)`, 'signal 9'],
  ["The command '/bin/sh -c make' returned a non-zero code: 137", 'exit 137'],
  ['did not complete successfully: exit code: 137', 'exit 137'],
  ['runc did not terminate successfully: exit status 255: ', 'exit 255'],
  [`Error response from daemon: No such container ${SHORT}`, `id ${SHORT}`],
  // Kubernetes
  ['      Exit Code:    137', 'exit 137'],
  ['      Reason:       OOMKilled', 'oom'],
  ['  exitCode: 137', 'exit 137'],
  ['"exitCode":139,"reason":"Error"', 'exit 139'],
  ['command terminated with exit code 137', 'exit 137'],
  ['shop-api-7d9c   0/1   CrashLoopBackOff   5 (12s ago)', 'crash-loop'],
  ['Warning  BackOff  kubelet  Back-off restarting failed container', 'crash-loop'],
  ['Back-off 5m0s restarting failed container=app pod=app-1', 'crash-loop'],
  ['Reason: ContainerStatusUnknown', 'status-unknown'],
  [`    Container ID:  containerd://${ID}`, `id ${SHORT}`],
  [`containerID: cri-o://${ID}`, `id ${SHORT}`],
  [`cri-containerd-${ID}.scope: Deactivated successfully.`, `id ${SHORT}`],
  [`/system.slice/docker-${ID}.scope`, `id ${SHORT}`],
  [`GET /v1.43/containers/${SHORT}/json`, `id ${SHORT}`],
  [`container_id=${SHORT} lost`, `id ${SHORT}`],
  [`{"container":"${SHORT}"}`, `id ${SHORT}`],
  // systemd and the kernel
  ['app.service: Main process exited, code=killed, status=9/KILL', 'signal 9'],
  ['app.service: Main process exited, code=exited, status=203/EXEC', 'exit 203'],
  ['app.service: Main process exited, code=exited, status=137/n/a', 'exit 137'],
  ['Process: 12 ExecStart=/bin/x (code=exited, status=1/FAILURE)', 'exit 1'],
  ['Main process exited, code=dumped, status=11/SEGV', 'signal 11'],
  ["app.service: Failed with result 'oom-kill'.", 'oom'],
  ['A process of this unit has been killed by the OOM killer.', 'oom'],
  ['Memory cgroup out of memory: Killed process 4711 (java) total-vm:1kB', 'oom'],
  ['[12.3] Out of memory: Killed process 4711 (java)', 'oom'],
  // Shells and languages
  ['signal: killed', 'signal 9'],
  ['exec: signal: segmentation fault (core dumped)', 'signal 11'],
  ['panic: signal: aborted', 'signal 6'],
  ['exit status 139', 'exit 139'],
  ['exit status 1', 'exit 1'],
  ['Segmentation fault (core dumped)', 'signal 11'],
  ['run.sh: line 137: 4711 Segmentation fault', 'signal 11'],
  ['4711 Aborted (core dumped) ./a.out', 'signal 6'],
  ['subprocess.CalledProcessError: Command x returned non-zero exit status 137.', 'exit 137'],
  ['Process completed with exit code 137.', 'exit 137'],
  ['##[error]Process completed with exit code 1.', 'exit 1'],
  ['ELIFECYCLE  Command failed with exit code 137.', 'exit 137'],
  ['ERROR: Job failed: exit code 137', 'exit 137'],
  ['script returned exit code 143', 'exit 143'],
  ['finished with non-zero exit value 137', 'exit 137'],
  ['Process finished with exit code 137 (interrupted by signal 9: SIGKILL)', 'exit 137, signal 9'],
  ['process exited with status 2', 'exit 2'],
  ['exited with exit code 3', 'exit 3'],
  ['exited with non-zero status 3', 'exit 3'],
  ['+++ exited with 137 +++', 'exit 137'],
  ['exit_group(137)                         = ?', 'exit 137'],
  ['called exit(137)', 'exit 137'],
  ['exited: app (exit status 1; not expected)', 'exit 1'],
  ['exited: app (terminated by SIGKILL; not expected)', 'signal 9'],
  ['LOG:  server process (PID 4711) was terminated by signal 9: Killed', 'signal 9'],
  ['worker process 4711 exited on signal 11', 'signal 11'],
  ['billiard.exceptions.WorkerLostError: Worker exited prematurely: signal 9 (SIGKILL).', 'signal 9'],
  ['DAMN ! worker 1 (pid: 7) died, killed by signal 9 :( trying respawn ...', 'signal 9'],
  ['Worker (pid:12) was sent SIGKILL! Perhaps out of memory?', 'signal 9'],
  ['npm error signal SIGTERM', 'signal 15'],
  ['"signal": "SIGKILL"', 'signal 9'],
  ['{"level":"error","exit_code":137}', 'exit 137'],
  ['{"level":"error","exit_code":"137"}', 'exit 137'],
  ['{"log":"{\\"exitCode\\":137}"}', 'exit 137'],
  ["{'exit_code': 137}", 'exit 137'],
  ['EXIT_CODE=137', 'exit 137'],
  ['exit_status=137 duration=3s', 'exit 137'],
  ['lastExitCode: 137', 'exit 137'],
  ['exit-code: 137', 'exit 137'],
  ['exit code was 137, as before', 'exit 137'],
  ['exit code (137)', 'exit 137'],
  ['ended with exit code 255', 'exit 255'],
];

/** Lines with numbers that are not exit codes. */
const NEGATIVE: readonly string[] = [
  '137',
  '  137  ',
  'code 137',
  'status 137',
  'error 137',
  'listening on port 137',
  'netbios-ns 137/udp',
  'line 137',
  'app.js:137:9',
  'at main (/src/app.ts:137)',
  '12:01:37.137 INFO ready',
  '2026-11-23T06:17:04.137Z ready',
  '[137.004217] usb 1-1: new device',
  '10.0.0.137',
  '10.137.0.1:9137',
  'fe80::137',
  'took 137ms',
  'took 137 ms',
  '137 files changed',
  '137%',
  'pid 137',
  'worker 137 started',
  'job #137 queued',
  'GET /items/137 HTTP/1.1" 200 137',
  'returned status 204',
  'response finished with status 200',
  'HTTP status code 137',
  'status=137',
  'code=137',
  'errno 137',
  'rc=137',
  'exit code 0x89',
  'exit code 0137',
  'exit code 137.5',
  'exit code 137ms',
  'exit code 137%',
  'exit code 137-139',
  'exit code 12:30',
  'exit code 12/24',
  'exit codes 137 and 139 are reserved',
  'exit code path 137',
  'exit code',
  'trivy image --exit-code 1',
  'Exit 12 on the left',
  'take exit 137',
  'exited with 3 warnings',
  'exited after 137 seconds',
  'exited (see line 137)',
  'Exited 137 times',
  'the preexit code 137',
  'process.exit(1)',
  'sys.exit(1)',
  'signal: 9',
  'signal: 9 dBm',
  'wifi signal=9dBm',
  'signal 9',
  'signal strength 9',
  'killed 9 tasks',
  'killed by signal 99',
  'killed by signal 32',
  'killed',
  'Killed',
  'Aborted',
  'signal: killedness',
  'code=killed, status=0',
  'isOOMKilled',
  'OOMKilledCount 3',
  'CrashLoopBackOffs',
  'no-oom-kills',
  'out of memory',
  'SIGNAL',
  'SIGKILLED',
  'MYSIGTERM',
  SHORT,
  ID,
  `sha256:${ID}`,
  `"Id": "sha256:${ID}"`,
  `image sha256:${ID}`,
  `commit ${SHORT}`,
  `${ID}  release.tar.gz`,
  `digest: sha256:${ID} size: 137`,
  '123456789012   137',
  `container ${SHORT}abc`,
  `container ${ID}0`,
  'container 137',
  'containers 137',
  'shop-api-1 is ready',
  '',
];

test('lines that speak of an exit, a signal or a container', () => {
  for (const [line, expected] of POSITIVE) assert.equal(words(line), expected, line);
});

test('numbers, words and hashes out of context are left alone', () => {
  for (const line of NEGATIVE) assert.equal(words(line), '', line);
});

test('a mention is the whole phrase, at its place', () => {
  const line = '2026-11-23 web | job exited with code 137; retrying';
  const [mention] = findMentions(line);
  assert.ok(mention !== undefined);
  assert.equal(line.slice(mention.start, mention.end), 'exited with code 137');
  assert.equal(mentionAt([mention], mention.start), mention);
  assert.equal(mentionAt([mention], mention.end - 1), mention);
  assert.equal(mentionAt([mention], mention.end), undefined);
  assert.equal(mentionAt([mention], mention.start - 1), undefined);
  const [id] = findMentions(`container ${SHORT} died`);
  assert.deepEqual(id, { kind: 'container-id', id: SHORT, start: 10, end: 22 });
});

test('known ids and names are recognised without context; a common word only where it names a container', () => {
  const cases: readonly (readonly [string, string])[] = [
    [`${SHORT} is gone`, `id ${SHORT}`],
    [`${ID} is gone`, `id ${SHORT}`],
    [`sha256:${ID}`, ''],
    ['shop-api-1 is ready', 'name shop-api-1'],
    ['restarting shop-api-1.', 'name shop-api-1'],
    ['shop-api-1 exited with code 137', 'name shop-api-1, exit 137'],
    ['"Name": "/shop-api-1",', 'name shop-api-1'],
    ['shop-api-10 is ready', ''],
    ['my-shop-api-1 is ready', ''],
    ['registry.example/shop-api-1', ''],
    ['/var/log/shop-api-1/out', ''],
    ['the web is large', ''],
    ['web: ready', ''],
    ['container web is gone', 'name web'],
    ['container=web', 'name web'],
    ['"container_name":"web"', 'name web'],
    ['web exited with code 1', 'name web, exit 1'],
    ['web     | hello', 'name web'],
    ['hello web     | hello', ''],
  ];
  for (const [line, expected] of cases) assert.equal(words(line, KNOWN), expected, line);
});

test('of a long line only a window is read, and nothing at its cut edges', () => {
  const phrase = 'exited with code 137';
  const line = `${'x '.repeat(500_000)}${phrase} ${'y '.repeat(500_000)}`;
  assert.equal(words(line), '');
  const window = windowAround(line, 1_000_005);
  assert.equal(window.text.length, LINE_WINDOW);
  const [mention] = findMentionsIn(window);
  assert.deepEqual(mention, { kind: 'exit-code', code: 137, start: 1_000_000, end: 1_000_020 });
  // Every cut through `exit code 137`, at the end and at the start of the window.
  for (let cut = 0; cut <= 20; cut += 1) {
    const atEnd = `${' '.repeat(LINE_WINDOW - cut)}exit code 137 ${' '.repeat(LINE_WINDOW)}`;
    for (const found of findMentions(atEnd))
      assert.deepEqual([found.kind, 'code' in found && found.code], ['exit-code', 137]);
    const atStart = { text: `${'--exit code 137'.slice(cut)} ready`, offset: 5, cutAfter: false };
    assert.deepEqual(findMentionsIn(atStart), [], `cut ${String(cut)}`);
  }
});

test('the window stays inside the line wherever the cursor is', () => {
  const line = 'a'.repeat(3 * LINE_WINDOW);
  for (const character of [-5, 0, 1, LINE_WINDOW, 3 * LINE_WINDOW - 1, 99 * LINE_WINDOW]) {
    const { text, offset, cutAfter } = windowAround(line, character);
    assert.equal(text.length, LINE_WINDOW);
    assert.ok(offset >= 0 && offset + text.length <= line.length);
    assert.equal(cutAfter, offset + text.length < line.length);
  }
});

test('the first time of a line that has a zone', () => {
  assert.equal(timeIn('x 2026-11-23T06:17:04.5Z y'), 1_795_414_624_500_000);
  assert.equal(timeIn('2026-11-23T07:17:04+01:00 exited'), 1_795_414_624_000_000);
  for (const text of ['2026-11-23 06:17:04', '06:17:04', '', '2026-99-99T99:99:99Z'])
    assert.equal(timeIn(text), undefined);
});

test('no expression can become slow: every quantifier has an upper bound', () => {
  for (const expression of [...MENTION_PATTERNS.map((one) => one.expression), ID_TOKEN, NAME_TOKEN]) {
    const withoutClasses = expression.source.replace(/\\./g, '').replace(/\[[^\]]*\]/g, '');
    assert.doesNotMatch(withoutClasses, /[*+]|\{\d+,\}/, expression.source);
  }
});

/** Deterministic: a failure can be repeated. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const WORDS =
  'GET POST user order request took served port line job build worker thread shard retry attempt after in at of from to ready failed error warning connection closed opened status code port= id= size= n= count: total, (took) [main] INFO WARN DEBUG ms s % KiB'.split(
    ' ',
  );

test('property: random log lines with numbers out of context say nothing', () => {
  const random = randomFrom(20_261_123);
  const numbers: readonly (() => string)[] = [
    () => String(random(256)),
    () => `10.${String(random(256))}.0.${String(random(256))}`,
    () => `${String(random(24))}:${String(random(60))}:${String(random(60))}.${String(random(1000))}`,
    () => `${String(random(256))}ms`,
    () => random(2 ** 31).toString(16),
    () => Array.from({ length: 12 }, () => random(16).toString(16)).join(''),
    () => Array.from({ length: 64 }, () => random(16).toString(16)).join(''),
    () => `(${String(random(256))})`,
    () => `${WORDS[random(WORDS.length)] ?? ''}=${String(random(256))}`,
  ];
  for (let round = 0; round < 5_000; round += 1) {
    const line = Array.from({ length: 3 + random(20) }, () =>
      random(2) === 0 ? (WORDS[random(WORDS.length)] ?? '') : (numbers[random(numbers.length)]?.() ?? ''),
    ).join(' ');
    assert.deepEqual(findMentions(line), [], line);
  }
});

test('property: any text gives ordered mentions inside of the line, without overlaps', () => {
  const random = randomFrom(7);
  const pieces = [
    'exit code ',
    'exited with ',
    '137',
    'signal: ',
    'killed',
    'SIGKILL',
    '(',
    ')',
    ' ',
    '"',
    ':',
    '\u202e',
    '💥',
    '\ud800',
    SHORT,
    'container ',
    'OOMKilled',
    '=',
    'shop-api-1',
  ];
  for (let round = 0; round < 5_000; round += 1) {
    const line = Array.from({ length: random(30) }, () => pieces[random(pieces.length)] ?? '').join('');
    let end = 0;
    for (const mention of findMentions(line, KNOWN)) {
      assert.ok(mention.start >= end && mention.end > mention.start && mention.end <= line.length, line);
      end = mention.end;
    }
  }
});
