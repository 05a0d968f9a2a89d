import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installLine, uninstallLine } from '../../../../extension/install/commands.ts';
import { describeProblem } from '../../../../extension/install/describe-problem.ts';
import { FACTS_SCRIPT, parseHostFacts, type HostFacts } from '../../../../extension/install/host-facts.ts';
import { neededArchitecture, planInstall } from '../../../../extension/install/plan.ts';
import { installQuestion, uninstallQuestion } from '../../../../extension/install/plan-words.ts';
import { InstallError, type InstallProblem } from '../../../../extension/install/problem.ts';
import { runCommand } from '../../../support/run-command.ts';
import { BUNDLE, FACTS } from './support.ts';

function problemOf(work: () => unknown): InstallProblem | undefined {
  try {
    work();
  } catch (error) {
    if (error instanceof InstallError) return error.problem;
    throw error;
  }
  return undefined;
}

const HOPELESS: readonly (readonly [string, Partial<HostFacts>, InstallProblem['reason']])[] = [
  ['a Mac', { system: 'Darwin' }, 'not-linux'],
  ['a processor without a bundle', { machine: 'riscv64' }, 'architecture'],
  ['another init system', { hasSystemd: false }, 'no-systemd'],
  ['a user who cannot become root', { hasSudo: false }, 'no-sudo'],
  ['musl', { libc: 'musl libc (x86_64)' }, 'libc'],
  ['a C library that is too old', { libc: 'glibc 2.28' }, 'libc'],
  ['one that ldd names', { libc: 'ldd (Ubuntu GLIBC 2.27-3ubuntu1) 2.27' }, 'libc'],
];

for (const [what, facts, reason] of HOPELESS) {
  test(`${what} is told before anything is chosen or copied`, () => {
    assert.equal(problemOf(() => neededArchitecture({ ...FACTS, ...facts }))?.reason, reason);
  });
}

test('root needs no sudo, and a C library that does not name itself is tried', () => {
  assert.equal(neededArchitecture({ ...FACTS, isRoot: true, hasSudo: false }), 'x64');
  assert.equal(neededArchitecture({ ...FACTS, libc: '', machine: 'aarch64' }), 'arm64');
  assert.equal(neededArchitecture({ ...FACTS, libc: 'ldd (Debian GLIBC 2.31-13+deb11u11) 2.31' }), 'x64');
});

test('a bundle for another processor and a full disk are told before the question', () => {
  const wrong = problemOf(() => planInstall({ ...FACTS, machine: 'aarch64' }, BUNDLE));
  assert.deepEqual(wrong, { reason: 'wrong-architecture', file: BUNDLE.file, bundle: 'x64', host: 'arm64' });
  assert.equal(problemOf(() => planInstall({ ...FACTS, freeBytes: 100e6 }, BUNDLE))?.reason, 'no-space');
  assert.equal(
    problemOf(() => planInstall({ ...FACTS, freeBytes: undefined }, BUNDLE)),
    undefined,
  );
});

test('the question names host, user, bundle, files, service, group and what sudo runs', () => {
  const { title, detail } = installQuestion(planInstall(FACTS, BUNDLE), 'web-1');
  assert.equal(title, 'Install the Inquest agent 0.2.0 on web-1?');
  for (const part of [
    'alice, x86_64, Linux 6.1.0-50-cloud-amd64',
    BUNDLE.file,
    '46541825 bytes, SHA-256 abababababababab…',
    'sudo inquest install',
    '/opt/inquest/0.2.0',
    '/etc/systemd/system/inquest.service',
    'group inquest',
    'alice is not in that group yet',
  ])
    assert.ok(detail.includes(part), `${part}\n${detail}`);
  assert.ok(!detail.includes('⚠'));
});

test('an upgrade, a repair and a step back are told apart', () => {
  const from = (installed: string): string =>
    Object.values(installQuestion(planInstall({ ...FACTS, installed }, BUNDLE), 'web-1')).join('\n');
  assert.match(from('0.1.0'), /^Replace the Inquest agent 0\.1\.0 on web-1 by 0\.2\.0\?/);
  assert.match(from('0.2.0'), /^Install the Inquest agent 0\.2\.0 on web-1 once more\?/);
  assert.match(from('0.10.0'), /⚠ 0\.2\.0 is older than 0\.10\.0/);
});

test('a kernel that is too old or has no types is a warning: the installation itself finds out', () => {
  const facts = { ...FACTS, kernel: '4.19.0-27-amd64', hasBtf: false };
  const { detail } = installQuestion(planInstall(facts, BUNDLE), 'web-1');
  assert.match(detail, /⚠ Its kernel 4\.19\.0-27-amd64 is older than 5\.10/);
  assert.match(detail, /⚠ Its kernel has no BTF/);
});

test('what a host says of itself is shown and never obeyed', () => {
  const evil = { ...FACTS, user: '$(reboot)', kernel: '6.1\u202e\u001b[31m', installed: 'x\ny' };
  const plan = planInstall(evil, BUNDLE);
  assert.equal(plan.mayJoin, undefined, 'no name for a shell');
  const { title, detail } = installQuestion(plan, 'web-1');
  // eslint-disable-next-line no-control-regex -- that none is left is what is tested
  assert.doesNotMatch(title + detail.replaceAll('\n', ''), /[\u0000-\u001f\u202e]/);
  assert.ok(!uninstallQuestion('1\u001b[2J', 'web-1').title.includes('\u001b'));
});

test('the terminal runs what a person would type', () => {
  const folder = '/tmp/inquest-abcdefghij/inquest-0.2.0-linux-x64';
  assert.equal(installLine(FACTS, folder, undefined), `sudo -- ${folder}/inquest install`);
  assert.equal(
    installLine(FACTS, folder, 'alice'),
    `sudo -- ${folder}/inquest install && sudo -- usermod -aG inquest alice`,
  );
  assert.equal(installLine({ ...FACTS, isRoot: true }, folder, undefined), `${folder}/inquest install`);
  assert.equal(uninstallLine(FACTS, true), 'sudo -- /opt/inquest/current/inquest uninstall --purge');
});

test('this machine says what it is, after whatever a login shell says first', async () => {
  const { stdout } = await runCommand('sh', ['-c', FACTS_SCRIPT]);
  const facts = parseHostFacts(`Welcome!\r\nno newline ${stdout.replaceAll('\n', '\r\n')}`);
  assert.equal(facts.system, 'Linux');
  assert.match(facts.libc, /^glibc \d/);
  assert.equal(facts.isRoot, process.getuid?.() === 0);
  assert.ok((facts.freeBytes ?? 0) > 0);
  assert.equal(problemOf(() => parseHostFacts('This account is not available.'))?.reason, 'no-answer');
});

test('every problem has a title and a next step of its own, on one safe line', () => {
  const problems: readonly InstallProblem[] = [
    { reason: 'not-linux', system: 'Darwin\u001b[31m' },
    { reason: 'architecture', machine: 'riscv64' },
    { reason: 'no-systemd' },
    { reason: 'no-sudo', user: 'alice' },
    { reason: 'libc', libc: 'musl' },
    { reason: 'no-answer', detail: 'a\nb' },
    { reason: 'no-bundle', folder: '/x', architecture: 'x64' },
    { reason: 'not-a-bundle', file: '/x' },
    { reason: 'no-checksum', file: '/x' },
    { reason: 'checksum', file: '/x' },
    { reason: 'wrong-architecture', file: '/x', bundle: 'x64', host: 'arm64' },
    { reason: 'no-space', neededBytes: 1e9 },
    { reason: 'no-folder' },
    { reason: 'upload', detail: 'x\u0000' },
    { reason: 'damaged' },
    { reason: 'unpack', detail: '' },
    { reason: 'does-not-run', detail: '' },
    { reason: 'cancelled' },
    { reason: 'failed', status: 1 },
    { reason: 'failed', status: undefined },
    { reason: 'not-installed' },
  ];
  const said = problems.map((problem) => Object.values(describeProblem(problem, 'web-1')).join(' '));
  assert.equal(new Set(said).size, problems.length);
  // eslint-disable-next-line no-control-regex -- that none is left is what is tested
  for (const text of said) assert.match(text, /^[^\u0000-\u001f]{20,}$/);
});
