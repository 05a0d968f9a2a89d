import assert from 'node:assert/strict';
import { test } from 'node:test';
import { loadOrder } from '../../kernels/build/initramfs.ts';
import { findReport } from '../../kernels/load/report.ts';
import { KERNELS, chosenArchitecture, chosenKernels, kernelPackageOf } from '../../kernels/matrix.ts';
import { renderMatrix } from '../../kernels/matrix-table.ts';
import { lackingOf } from '../../kernels/needed.ts';
import { renderKernels } from '../../kernels/readme-table.ts';
import type { GuestRecord, KernelResult, KeptLoad, ScenarioResult } from '../../kernels/result.ts';
import { replayed, resultOf } from '../../kernels/results.ts';
import { isChosen, playsFile } from '../../kernels/selection.ts';

test('modules are loaded after those that they need, compressed or not', () => {
  const dependencies = [
    'kernel/fs/ext4/ext4.ko.xz: kernel/lib/crc16.ko.xz kernel/fs/mbcache.ko.xz kernel/fs/jbd2/jbd2.ko.xz',
    'kernel/drivers/virtio/virtio_pci.ko: kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko',
    'kernel/crypto/crc32c_generic.ko.xz:',
    'kernel/drivers/net/unwanted.ko: kernel/fs/mbcache.ko.xz',
  ].join('\n');
  assert.deepEqual(loadOrder(dependencies, ['virtio_pci', 'built_in', 'ext4']), [
    'kernel/crypto/crc32c_generic.ko.xz',
    'kernel/drivers/virtio/virtio_ring.ko',
    'kernel/drivers/virtio/virtio.ko',
    'kernel/drivers/virtio/virtio_pci.ko',
    'kernel/fs/jbd2/jbd2.ko.xz',
    'kernel/fs/mbcache.ko.xz',
    'kernel/lib/crc16.ko.xz',
    'kernel/fs/ext4/ext4.ko.xz',
  ]);
});

const scenario = (name: string, outcome: ScenarioResult['outcome']): ScenarioResult => ({
  ...{ runtime: 'docker', name, number: 1, title: `title of ${name}`, outcome, said: 'said' },
});

test('the table has a line for each scenario and a column for each kernel, also for what was never reached', () => {
  const results = new Map([
    ['6.1', [scenario('01-a', 'right'), scenario('02-b', 'wrong')]],
    ['7.2', [scenario('01-a', 'skipped')]],
  ]);
  assert.deepEqual(renderMatrix(results).split('\n'), [
    '    scenario       6.1    7.2',
    '01  title of 01-a  right  –',
    '02  title of 02-b  WRONG',
  ]);
});

test('a machine that did not come to the doctor has no result to keep', () => {
  const kernel = KERNELS[0];
  assert.ok(kernel !== undefined);
  const records: GuestRecord[] = [{ kind: 'scenario', scenario: scenario('01-a', 'right') }, { kind: 'done' }];
  assert.equal(resultOf(kernel, 'x64', records, '2026-01-01T00:00:00Z'), undefined);
});

test('kernels are chosen by name, and a name that is none is refused', () => {
  assert.deepEqual(
    chosenKernels(['7.2', '5.10']).map(({ suite }) => suite),
    ['bullseye', 'forky'],
  );
  assert.equal(chosenKernels(['']).length, KERNELS.length);
  assert.throws(() => chosenKernels(['6.2']), /No kernel 6\.2/);
});

test('an architecture is chosen by name, with the kernel that Debian has for it', () => {
  assert.equal(chosenArchitecture(''), process.arch);
  assert.equal(kernelPackageOf(chosenArchitecture('arm64')), 'linux-image-cloud-arm64');
  assert.equal(kernelPackageOf(chosenArchitecture('x64')), 'linux-image-cloud-amd64');
  assert.throws(() => chosenArchitecture('riscv64'), /No architecture riscv64; there are x64 and arm64/);
});

test('without a wish the deaths are played that a kernel can make different, and the other runtimes', () => {
  assert.ok(
    playsFile('podman.test.ts', []) && playsFile('cri.test.ts', ['cri.test']) && playsFile('cri.test.ts', ['all']),
  );
  assert.ok(!playsFile('podman.test.ts', ['oom']));
  assert.ok(isChosen('06-oom-group', []));
  assert.ok(!isChosen('50-python-import', []));
  assert.ok(isChosen('50-python-import', ['python']));
  assert.ok(isChosen('50-python-import', ['all']));
});

test('scenarios that are played again take the place of what was told of them', () => {
  const kept = { ...KEPT, scenarios: [scenario('01-a', 'right'), scenario('02-b', 'wrong')] };
  const again = { ...KEPT, at: '2026-11-29T00:00:00Z', scenarios: [scenario('02-b', 'right')] };
  const { at, scenarios } = replayed(kept, again);
  // What was not played again is no younger by it.
  assert.equal(at, kept.at);
  assert.deepEqual(
    scenarios.map(({ name, outcome }) => `${name} ${outcome}`),
    ['01-a right', '02-b right'],
  );
});

const probe = {
  ...{ cgroupMode: 'v2', btf: true, ringbuf: true, markVictimHasTask: true },
  ...{
    exitHasGroupDead: false,
    preemptsPrograms: false,
    execEvents: false,
    fentry: true,
    kprobe: true,
    iterTask: true,
  },
};

const KEPT: KernelResult = {
  ...{
    kernel: '6.1',
    architecture: 'x64',
    suite: 'bookworm',
    release: '6.1.0',
    at: '2026-11-25T03:00:00Z',
    programs: [],
    probe,
  },
  ...{ docker: '20.10', others: {}, glibc: '2.36', whole: true, doctorOk: true, checks: [], scenarios: [] },
};

test('the report of the programs is found among what else a console shows', () => {
  const report = {
    release: '6.1.0',
    probe,
    programs: [{ name: 'process_fault', attached: false, reason: 'verifier' }],
    deaths: [],
  };
  const text = `[    0.1] something\r\n${JSON.stringify(report)}\r\n[    9.9] reboot: Power down\r\n`;
  assert.deepEqual(findReport(text), report);
  assert.equal(findReport('[    0.1] Kernel panic\r\n'), undefined);
});

test('of several programs for the same work one is enough', () => {
  const attached = ['process_fault', 'sock_readable_kprobe', 'signal_deliver'].map((name) => ({
    name,
    attached: true,
  }));
  assert.deepEqual(lackingOf(attached), []);
  assert.deepEqual(
    lackingOf(attached.slice(2)).map(({ otherwise }) => otherwise),
    ['where in the program it crashed', 'who asked the runtime for a stop'],
  );
});

test('README says of each kernel what is missing there and what was told wrongly', () => {
  const programs = [
    { name: 'process_fault', attached: false, reason: 'verifier' },
    { name: 'sk_data_ready', attached: true },
    { name: 'signal_deliver', attached: true },
  ];
  const at = '2026-11-25T03:00:00Z';
  const load: KeptLoad = {
    kernel: '6.1',
    architecture: 'x64',
    suite: 'bookworm',
    release: '6.1.0',
    at,
    probe,
    programs,
    deaths: [{ title: 'one' }],
  };
  const podman: ScenarioResult = { ...scenario('57-d', 'right'), runtime: 'podman' };
  const result: KernelResult = {
    ...load,
    ...{ docker: '20.10', others: { podman: '4.3' }, glibc: '2.36', whole: true, doctorOk: true, checks: [] },
    scenarios: [scenario('01-a', 'right'), scenario('02-b', 'wrong'), scenario('03-c', 'skipped'), podman],
  };
  const text = renderKernels(
    [load, { ...load, kernel: '7.2', release: '7.2.0' }, { ...load, architecture: 'arm64', release: '6.1.0-arm64' }],
    [result, { ...result, kernel: '7.2', architecture: 'arm64', release: '7.2.0-arm64' }],
  );
  assert.match(
    text,
    /\| 6\.1\.0 \(Debian bookworm\) \| 2 of 3, 2026-11-25 \| where in the program it crashed \| 1 of 1 \| 1 of 2, 2026-11-25 \| 1 of 1, 2026-11-25 \| not played \| not played \| Docker 20\.10, podman 4\.3, glibc 2\.36 \|/,
  );
  assert.match(text, /\| 7\.2\.0 .*\| not played \| not played \| not played \|  \|/);
  // What was played on one architecture says nothing about the other.
  assert.match(text, /\| 6\.1\.0-arm64 .*\| not played \| not played \| not played \|  \|/);
  assert.match(text, /Wrong:\n\n- 6\.1\.0: title of 02-b: said/);
});
