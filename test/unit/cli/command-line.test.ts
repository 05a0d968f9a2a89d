import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeReportSchema, deathReportSchema, errorReportSchema } from '../../../agent/cli/schemas.ts';
import { toReport } from '../../../agent/domain/report.ts';
import { GALLERY, killHostDeath, oomDeath } from '../../support/death-gallery.ts';
import { deathId } from '../../support/deaths.ts';
import { startFakeAgent } from '../../support/fake-agent.ts';
import { inquest } from '../../support/inquest.ts';

const ESC = '\u001b';

test('explain prints the whole story for a person, without colours in a pipe', async () => {
  await using agent = await startFakeAgent({ deaths: [killHostDeath] });
  const { stdout, stderr, code } = await inquest(['explain', 'redis-cache', '--socket', agent.socket]);
  assert.equal(code, 0);
  assert.equal(stderr, '');
  assert.ok(stdout.startsWith(`${killHostDeath.verdict.headline}\nCertain · kill.host\n`));
  assert.match(stdout, /kill -9 4711 .* root, logged in as alice · pts\/3/);
  assert.ok(!stdout.includes(ESC));
});

test('colours are forced, refused and follow the precedence that people know', async () => {
  await using agent = await startFakeAgent({ deaths: [killHostDeath] });
  const args = ['explain', 'redis-cache', '--socket', agent.socket];
  const colored = async (env: Readonly<Record<string, string>>, more: readonly string[] = []): Promise<boolean> =>
    (await inquest([...args, ...more], { env })).stdout.includes(ESC);
  assert.equal(await colored({ FORCE_COLOR: '1' }), true);
  assert.equal(await colored({ FORCE_COLOR: '0' }), false);
  assert.equal(await colored({ FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  assert.equal(await colored({ FORCE_COLOR: '1' }, ['--no-color']), false);
});

test('explain takes the socket from the environment and prints one JSON object of the documented shape', async () => {
  await using agent = await startFakeAgent({ deaths: [oomDeath] });
  const { stdout, code } = await inquest(['explain', oomDeath.id, '--json'], { env: { INQUEST_SOCKET: agent.socket } });
  assert.equal(code, 0);
  const printed: unknown = JSON.parse(stdout);
  assert.deepEqual(printed, JSON.parse(JSON.stringify(toReport(oomDeath))));
  deathReportSchema.parse(printed);
});

test('no such death ends with 3 and says what may have been meant', async () => {
  await using agent = await startFakeAgent({ deaths: [oomDeath, killHostDeath] });
  const { stderr, stdout, code } = await inquest(['explain', 'redis', '--socket', agent.socket]);
  assert.equal(code, 3);
  assert.equal(stdout, '');
  assert.match(stderr, /No death of “redis” is known\./);
  assert.match(stderr, /Did you mean invoices-worker, redis-cache\?/);
  assert.match(stderr, /The agent started 3 min ago/);
});

test('a container that runs has no death: 3, as JSON with --json', async () => {
  await using agent = await startFakeAgent({ running: ['web'] });
  const { stderr, code } = await inquest(['explain', 'web', '--json', '--socket', agent.socket]);
  assert.equal(code, 3);
  const { error } = errorReportSchema.parse(JSON.parse(stderr));
  assert.equal(error.reason, 'not-found');
  assert.match(error.message, /web is running/);
});

test('a prefix that fits several containers is wrong use and names them', async () => {
  await using agent = await startFakeAgent({ deaths: [oomDeath, { ...killHostDeath, container: oomDeath.container }] });
  const { stderr, code } = await inquest(['explain', 'invoices-worker', '--socket', agent.socket]);
  assert.equal(code, 2);
  assert.match(stderr, /fits several containers: invoices-worker/);
});

test('no agent: 1, with how to start it', async () => {
  const { stderr, code } = await inquest(['deaths', '--socket', '/nonexistent/agent.sock']);
  assert.equal(code, 1);
  assert.match(stderr, /No agent is running/);
  assert.match(stderr, /inquest agent/);
});

test('wrong use ends with 2 and the nearest right word', async () => {
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [['exlain', 'x'], /no command “exlain”[^]*Did you mean explain\?/],
    [['--socket', 'x', 'deaths'], /before any command/],
    [['deaths', '--sinse', '2h'], /no flag --sinse[^]*Did you mean --since\?/],
    [['deaths', '--since'], /--since needs a value/],
    [['deaths', '--since', '--json'], /--since needs a value|"reason":"bad-usage"/],
    [['deaths', '--since', 'yesterday'], /does not understand “yesterday”[^]*30m, 2h or 7d/],
    [['deaths', '--cause', 'oom.contaner'], /Did you mean oom\.container\?/],
    [['deaths', '--limit', '0'], /from 1 to/],
    [['deaths', '--exit-code', '256'], /from 0 to 255/],
    [['deaths', '--label', 'shop'], /key=value/],
    [['deaths', 'web'], /does not take “web”/],
    [['deaths', '--json=yes'], /takes no value/],
    [['explain'], /needs a container/],
    [['explain', 'a', 'b'], /does not take “b”/],
    [['agent', '--json'], /no flag --json/],
    [['code', '4294967296'], /neither an exit code nor a signal/],
  ];
  for (const [args, expected] of cases) {
    const { stderr, stdout, code } = await inquest(args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, expected);
    assert.equal(stdout, '');
  }
});

test('deaths is a table, newest first, and pages by itself up to the limit', async () => {
  const deaths = Array.from({ length: 7 }, (_, index) => ({
    ...oomDeath,
    id: deathId(`d${'abcdefg'.charAt(index)}`),
    container: { ...oomDeath.container, name: `worker-${String(index)}` },
  }));
  await using agent = await startFakeAgent({ deaths });
  const { stdout, code } = await inquest(['deaths', '--limit', '5', '--socket', agent.socket]);
  assert.equal(code, 0);
  const names = [...stdout.matchAll(/worker-\d/g)].map(([name]) => name);
  assert.deepEqual(names, ['worker-6', 'worker-5', 'worker-4', 'worker-3', 'worker-2']);
  assert.match(stdout, /5 deaths · --limit shows older ones/);
});

test('deaths --json prints a whole report a line, newest first, with few requests in flight', async () => {
  const deaths = Array.from({ length: 30 }, (_, index) => ({
    ...oomDeath,
    id: deathId(`${'abcdefghij'.charAt(index % 10)}${'xyz'.charAt(Math.floor(index / 10))}`),
  }));
  await using agent = await startFakeAgent({ deaths, holdGets: 8 });
  const { stdout, code } = await inquest(['deaths', '--json', '--socket', agent.socket]);
  assert.equal(code, 0);
  const printed = stdout
    .trimEnd()
    .split('\n')
    .map((line) => deathReportSchema.parse(JSON.parse(line)).id);
  assert.deepEqual(printed, deaths.map(({ id }) => id).toReversed());
  assert.equal(agent.mostGetsInFlight(), 8);
});

test('an empty list says since when the agent has been watching, and what a filter left out', async () => {
  await using empty = await startFakeAgent();
  const nothing = await inquest(['deaths', '--socket', empty.socket]);
  assert.match(nothing.stdout, /No deaths recorded since the agent started 3 min ago\./);
  assert.match(nothing.stdout, /3 running containers/);
  await using full = await startFakeAgent({ deaths: [oomDeath] });
  const filtered = await inquest(['deaths', '--cause', 'crash', '--socket', full.socket]);
  assert.match(filtered.stdout, /No death matches\. 1 death in all/);
});

test('code needs no agent and takes numbers, hexadecimal and signal names', async () => {
  for (const given of ['137', '0x89', 'SIGKILL', 'kill']) {
    const { stdout, code } = await inquest(['code', given, '--json']);
    assert.equal(code, 0);
    const report = codeReportSchema.parse(JSON.parse(stdout));
    assert.equal(report.code, 137);
    assert.equal(report.signal, 'SIGKILL');
  }
  const { stdout } = await inquest(['code', '137']);
  assert.match(stdout, /It does not prove that memory ran out/);
});

test('code says first what the named program means, and takes what is only called an exit code', async () => {
  const { stdout: curl } = await inquest(['code', '28', '--program', 'curl']);
  assert.match(curl, /IT CAN MEAN\n {2}• curl: the operation timed out\n {4}curl\(1\), EXIT CODES/);
  for (const args of [
    ['code', '-9'],
    ['code', '--program', 'python3', '-9'],
    ['code', '-9', '--no-color'],
    ['code', '--', '-9'],
  ]) {
    const { stdout, code } = await inquest(args);
    assert.equal(code, 0, args.join(' '));
    assert.match(stdout, /Exit code -9: no exit code of Linux[\s\S]*SIGKILL/);
  }
  const { stdout: windows } = await inquest(['code', '3221225477']);
  assert.match(windows, /status of Windows \(0xC0000005\)[\s\S]*STATUS_ACCESS_VIOLATION/);
  const { stderr, code } = await inquest(['deaths', '--limit', '-5']);
  assert.equal(code, 2);
  assert.match(stderr, /--limit does not take “-5”/);
});

test('without a UTF-8 locale nothing but ASCII is printed', async () => {
  await using agent = await startFakeAgent({ deaths: Object.values(GALLERY) });
  for (const args of [['deaths'], ['explain', 'invoices-worker'], ['code', '137']]) {
    const { stdout } = await inquest([...args, '--socket', agent.socket], { env: { LANG: 'C' } });
    assert.match(stdout, /^[\n\x20-\x7e]+$/);
  }
});

test('help and version go to standard output', async () => {
  const overview = await inquest(['help']);
  assert.match(overview.stdout, /explain +Explain why a container died/);
  assert.deepEqual((await inquest([])).stdout, overview.stdout);
  assert.match((await inquest(['deaths', '--help'])).stdout, /--since <time>/);
  assert.equal((await inquest(['help', 'deaths'])).stdout, (await inquest(['deaths', '-h'])).stdout);
  assert.match((await inquest(['--version'])).stdout, /^inquest \d+\.\d+\.\d+\n$/);
  assert.equal((await inquest(['help', 'nothing'])).code, 2);
});

test('the agent refuses an environment that could load foreign code, naming it', async () => {
  const { stderr, code } = await inquest(['agent'], { env: { NODE_PATH: '/tmp', LD_PRELOAD: '' } });
  assert.equal(code, 1);
  assert.match(stderr, /NODE_PATH and LD_PRELOAD/);
});
