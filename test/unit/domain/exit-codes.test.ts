import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainExitCode, MAX_EXIT_CODE, signalOfExitCode } from '../../../agent/domain/exit-codes.ts';

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
    [22, /curl: with --fail/],
    [24, /rsync: some source files vanished/],
  ];
  for (const [code, expected] of cases) assert.match(texts(code), expected);
  assert.match(texts(99), /chose this number itself/);
  assert.match(explainExitCode(70).summary, /sysexits/);
});
