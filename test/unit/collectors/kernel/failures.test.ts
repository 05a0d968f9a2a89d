import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KernelCollector } from '../../../../agent/collectors/kernel/kernel-collector.ts';
import { DEFAULT_SETTINGS } from '../../../../agent/domain/settings.ts';
import type { KernelProbe, NativeBinding, NativeErrorReason } from '../../../../agent/native/binding.ts';
import { RecordingSink } from '../../../support/recording-sink.ts';

const PROBE: KernelProbe = {
  kernelRelease: '5.4.0',
  lockdown: 'confidentiality',
  cgroupMode: 'v2',
  btf: false,
  capBpf: false,
  capPerfmon: false,
  capSysAdmin: false,
  ringbuf: false,
  markVictimHasTask: false,
  exitHasGroupDead: false,
  preemptsPrograms: false,
  execEvents: false,
  dataReady: false,
  fentry: false,
  kprobe: false,
  iterTask: false,
};

/** A kernel that refuses: the one thing that cannot be had for a test on a machine that works. */
function refusing(reason: NativeErrorReason): NativeBinding {
  return {
    layout: {},
    host: () => ({ bootOffsetNs: 0n, pageBytes: 4_096 }),
    probe: () => PROBE,
    open: () => {
      throw Object.assign(new Error('the kernel says no'), { reason, log: '' });
    },
    listPins: () => [],
    removePins: () => undefined,
    trim: () => undefined,
    openBeneath: () => {
      throw new Error('nothing to open');
    },
    notify: () => undefined,
    peerCredentials: () => ({ pid: 1, uid: 0, gid: 0, groups: [] }),
  };
}

const NEXT_STEPS: readonly (readonly [NativeErrorReason, RegExp])[] = [
  ['no-btf', /CONFIG_DEBUG_INFO_BTF/],
  ['no-permission', /root, or with CAP_BPF and CAP_PERFMON/],
  ['lockdown', /lockdown=integrity/],
  ['verifier', /inquest doctor --json/],
  ['kernel-too-old', /5\.10/],
  ['no-bpffs', /mount -t bpf/],
  ['object-missing', /make build/],
  ['layout-mismatch', /bundle again/],
  ['system', /log/],
];

for (const [reason, nextStep] of NEXT_STEPS) {
  test(`a kernel that refuses for ${reason} is reported with what to do, and is not fatal`, async () => {
    const sink = new RecordingSink();
    const collector = new KernelCollector({
      binding: refusing(reason),
      objectPath: '/nowhere',
      pinDir: '/nowhere',
      owner: 'test',
      cgroupRoot: '/sys/fs/cgroup',
      runtimes: DEFAULT_SETTINGS,
      onFault: () => undefined,
      now: () => 0,
    });
    await collector.start(sink);
    const status = sink.statuses.at(-1);
    assert.equal(status?.state, 'failed');
    assert.match(status?.detail ?? '', /the kernel says no/);
    assert.match(status?.detail ?? '', nextStep);
    assert.equal(collector.health().origin, 'unavailable');
    assert.equal(collector.health().release, '5.4.0');
    await collector.stop();
  });
}
