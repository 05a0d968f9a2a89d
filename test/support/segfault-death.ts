import type { Death } from '../../agent/domain/death.ts';
import type { BacktraceFrame } from '../../agent/domain/evidence.ts';
import { Signal } from '../../agent/domain/signals.ts';
import { concludedDeath, lifeOf } from './concluded-death.ts';
import { DIED_AT } from './deaths.ts';

const SEGV_MAPERR = 1;
const SI_TKILL = -6;

function frameOf(address: number, name: string, file: string, line: number): BacktraceFrame {
  const text = `0x${address.toString(16)}`;
  return {
    address: text,
    module: 'resizer',
    offset: text,
    function: name,
    functionOffset: 16,
    file: `/src/${file}`,
    line,
  };
}

/** The same program with a handler for SIGSEGV, which then calls abort(). */
export const handledSegfaultDeath: Death = abortedByHandler();

function abortedByHandler(): Death {
  const life = lifeOf('image-resizer');
  const resizer = life.main(['/app/resizer', '--threads', '8'], { pid: 70_001, nsPid: 12 });
  life.now = DIED_AT - 200;
  life.fault(Signal.SEGV, resizer, SEGV_MAPERR, { faultAddress: '0x8', disposition: 'handler' });
  life.handled(Signal.SEGV, resizer);
  life.raise(Signal.ABRT, resizer);
  life.trace(
    resizer,
    [
      { address: '0x7f5ef78a8eec', module: 'libc.so.6', offset: '0x8aeec', function: 'abort' },
      frameOf(0x55d0c300, 'print_trace', 'crash.c', 20),
      { address: '0x7f5ef785b050', module: 'libc.so.6', offset: '0x3d050' },
      {
        ...frameOf(0x55d0c0a0, 'pixel_at', 'image.c', 42),
        interrupted: { stackPointer: '0x7ffc051fbf40', address: '0x8', access: 'read' },
      },
      frameOf(0x55d0c1b4, 'resize_rows', 'image.c', 118),
      frameOf(0x55d0c2f0, 'main', 'main.c', 64),
    ],
    { signal: Signal.ABRT, code: SI_TKILL },
  );
  life.now = DIED_AT;
  life.killed(resizer, Signal.ABRT);
  life.dockerSawEnd(134);
  return concludedDeath('image-resizer', life);
}

/** A crash with its backtrace. */
export const segfaultDeath: Death = crashed();

function crashed(): Death {
  const life = lifeOf('image-resizer');
  const resizer = life.main(['/app/resizer', '--threads', '8'], { pid: 70_001 });
  life.now = DIED_AT - 200;
  life.fault(Signal.SEGV, resizer, SEGV_MAPERR, { faultAddress: '0x8' });
  life.trace(
    resizer,
    [
      frameOf(0x55d0c0a0, 'pixel_at', 'image.c', 42),
      frameOf(0x55d0c1b4, 'resize_rows', 'image.c', 118),
      frameOf(0x55d0c1c9, 'resize_rows', 'image.c', 121),
      frameOf(0x55d0c1c9, 'resize_rows', 'image.c', 121),
      { address: '0x7f5ef78a8eec', module: 'libpool.so.2', offset: '0x8aeec', buildId: '93ac61ec5a8eb1396f9fbd35' },
      frameOf(0x55d0c2f0, 'main', 'main.c', 64),
      { address: '0x7f5ef7845305', module: 'libc.so.6', offset: '0x27305', function: '__libc_start_main' },
    ],
    { instruction: '0x55d0c0a0', address: '0x8' },
  );
  life.now = DIED_AT - 100;
  life.add('kmsg', {
    kind: 'kernel_log_fault',
    comm: 'resizer',
    pid: resizer.pid,
    text: 'segfault at 8 ip 000055d0c0a0 error 4 in resizer',
  });
  life.now = DIED_AT;
  life.killed(resizer, Signal.SEGV);
  life.dockerSawEnd(139);
  return concludedDeath('image-resizer', life);
}
