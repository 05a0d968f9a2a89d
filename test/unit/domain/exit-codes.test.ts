import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainExitCode, MAX_EXIT_CODE, ownMeaning, signalOfExitCode } from '../../../agent/domain/exit-codes.ts';
import { explainStatus, isStatus } from '../../../agent/domain/foreign-status.ts';
import { EXIT_CODE_TABLES } from '../../../agent/domain/exit-code-tables/index.ts';

function texts(code: number): string {
  return explainExitCode(code)
    .meanings.map(({ context, text }) => `${context}: ${text}`)
    .join('\n');
}

test('every code has a summary and at least one meaning with its source', () => {
  for (let code = 0; code <= MAX_EXIT_CODE; code += 1) {
    const { meanings, summary } = explainExitCode(code);
    assert.ok(summary.length > 10, String(code));
    assert.ok(meanings.length > 0, String(code));
    for (const { text, source, context } of meanings) assert.ok(text !== '' && source !== '' && context !== '');
  }
});

test('what is no exit code is refused', () => {
  for (const wrong of [-1, 256, 1.5, Number.NaN]) assert.throws(() => explainExitCode(wrong), RangeError);
});

test('137 has many ways and proves none of them', () => {
  const { notProof } = explainExitCode(137);
  const all = texts(137);
  for (const way of [
    /memory limit/,
    /grace period/,
    /docker kill/,
    /on the host/,
    /cgroup\.kill/,
    /RLIMIT_CPU/,
    /PR_SET_PDEATHSIG/,
    /passes on the 137/,
    /exit\(137\)/,
    /kubelet/,
  ]) {
    assert.match(all, way);
  }
  assert.match(notProof.join('\n'), /does not prove that memory ran out/);
  assert.match(notProof.join('\n'), /exit\(137\)/);
});

test('codes above 128 name their signal where there is one', () => {
  assert.equal(signalOfExitCode(143), 15);
  assert.equal(signalOfExitCode(168), 40);
  assert.equal(signalOfExitCode(128), undefined);
  assert.equal(signalOfExitCode(160), undefined);
  assert.equal(signalOfExitCode(200), undefined);
  assert.match(texts(139), /SIGSEGV/);
  assert.match(texts(168), /real-time signal SIGRTMIN\+6/);
  assert.match(explainExitCode(168).summary, /SIGRTMIN\+6/);
  assert.match(explainExitCode(130).notProof.join(' '), /does not prove that SIGINT was sent/);
});

test('conventions of runtimes, shells and programs are known', () => {
  const cases: readonly (readonly [number, RegExp])[] = [
    [125, /docker itself failed/],
    [126, /not executable/],
    [127, /not found/],
    [128, /StartError/],
    [64, /EX_USAGE/],
    [78, /EX_CONFIG/],
    [124, /timeout: the command ran longer/],
    [203, /EXEC/],
    [243, /CREDENTIALS/],
    [255, /lost its shim/],
    [101, /Rust: a panic/],
    [134, /Node\.js: V8 aborted/],
    [143, /Java \(HotSpot\): .* an orderly stop/],
    [150, /\.NET: the framework .* is not installed/],
    [125, /podman itself failed/],
    [255, /ssh itself failed/],
    [255, /runc exec could not run/],
    [100, /apt-get, apt: an error/],
    [243, /npm: permission denied/],
    [2, /terraform plan/],
    [5, /pytest.*no tests were collected/],
    [128, /git: a fatal error/],
    [251, /Haskell .* heap limit/],
    [124, /xargs: one of the commands ended with 255/],
    [2, /make: a recipe failed/],
    [2, /tar: a fatal error/],
    [22, /curl: with --fail/],
    [24, /rsync: some source files vanished/],
  ];
  for (const [code, expected] of cases) assert.match(texts(code), expected);
  assert.match(texts(99), /^any program: the program chose this number itself/);
  assert.match(texts(41), /^any program: the program chose this number itself/);
  assert.match(explainExitCode(70).summary, /sysexits/);
});

test('every table names a document, and its codes are exit codes', () => {
  const seen = new Set<string>();
  for (const { context, source, codes, programs } of EXIT_CODE_TABLES) {
    assert.ok(!seen.has(context), `${context} stands twice`);
    seen.add(context);
    assert.match(source, /\w{3}/, context);
    assert.notEqual(programs?.length, 0, context);
    for (const [code, text] of Object.entries(codes)) {
      assert.ok(Number(code) >= 0 && Number(code) <= MAX_EXIT_CODE, `${context}: ${code}`);
      assert.doesNotMatch(text, /[.]$/, `${context}: ${code}: it is a part of a sentence`);
    }
  }
});

test('what the program means by its own code comes first where the program is known', () => {
  const first = (code: number, program: string): string => explainExitCode(code, program).meanings[0]?.text ?? '';
  assert.match(first(7, 'curl'), /connection was refused/);
  assert.match(first(7, '/usr/bin/wget'), /protocol error/);
  assert.match(first(137, 'timeout'), /ran longer than allowed/);
  assert.match(first(1, 'python3.11'), /exception that nobody caught/);
  assert.equal(first(7, 'no-such-program'), explainExitCode(7).meanings[0]?.text);
  for (const program of ['curl', 'java', 'no-such-program', '', 'constructor', '9'.repeat(10_000)]) {
    for (let code = 0; code <= MAX_EXIT_CODE; code += 1) {
      const { meanings } = explainExitCode(code, program);
      assert.equal(meanings.length, explainExitCode(code).meanings.length, `${program} ${String(code)}`);
    }
  }
});

test('only programs whose codes are their own speak for themselves: what an interpreter runs chooses its own', () => {
  assert.match(ownMeaning('curl', 6)?.text ?? '', /could not be resolved/);
  assert.match(ownMeaning('gcc-12', 4)?.text ?? '', /internal error of the compiler/);
  for (const interpreter of ['python3', 'node', 'java', 'bash', 'perl', 'php', 'ruby', 'dotnet']) {
    assert.equal(ownMeaning(interpreter, 1), undefined, interpreter);
  }
  assert.equal(ownMeaning('curl', 200), undefined);
});

test('numbers that no Linux process can end with get a clear answer', () => {
  const says = (status: number): string => {
    const { summary, meanings, notProof } = explainStatus(status);
    return [summary, ...meanings.map(({ text }) => text), ...notProof].join('\n');
  };
  const cases: readonly (readonly [number, RegExp])[] = [
    [3_221_225_477, /status of Windows \(0xC0000005\)[\s\S]*STATUS_ACCESS_VIOLATION[\s\S]*low byte.*ended with 5\b/],
    [-1_073_741_819, /0xC0000005[\s\S]*STATUS_ACCESS_VIOLATION/],
    [3_221_225_786, /CONTROL_C_EXIT/],
    [0xe0434352, /exception of \.NET/],
    [-1, /as one byte it would be 255[\s\S]*SIGHUP/],
    [-9, /ended by SIGKILL: a runtime would report 137/],
    [-532_462_766, /exception of \.NET/],
    [
      256,
      /they end at 255[\s\S]*wait status that was not decoded: the process ended with exit code 1\b[\s\S]*looks like success/,
    ],
    [34_304, /exit code 134/],
    [70_000, /as one byte it would be 112/],
    [0xc0ffee00, /most likely a status of Windows/],
  ];
  for (const [status, expected] of cases) assert.match(says(status), expected, String(status));
  for (const status of [-1, 256, 3_221_225_477]) assert.match(says(status), /cannot end with this number/);
  assert.deepEqual(explainStatus(137, 'timeout'), explainExitCode(137, 'timeout'));
  for (const wrong of [2 ** 32, -(2 ** 31) - 1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.equal(isStatus(wrong), false);
    assert.throws(() => explainStatus(wrong), RangeError);
  }
});

test('every number of 16 bits, either sign, has a meaning and no hole in its words', () => {
  for (let status = -65_536; status <= 65_536; status += 1) {
    const { summary, meanings } = explainStatus(status);
    const words = [summary, ...meanings.flatMap(({ text, source, context }) => [text, source, context])].join(' ');
    assert.ok(meanings.length > 0, String(status));
    assert.doesNotMatch(words, /undefined|NaN/, String(status));
  }
});
