import { faultOf, frameAddress, framePlace, handlerFrames, tellingFrames } from '../../agent/domain/backtrace.ts';
import type { Death } from '../../agent/domain/death.ts';
import { count, t } from '../l10n/t.ts';
import type { BacktraceModel } from './model.ts';

const FRAMES_SHOWN = 16;

/** Where the program was when it crashed; absent where the kernel could not tell, and for every other death. */
export function backtraceModel(death: Death): BacktraceModel | undefined {
  const fault = faultOf(death);
  if (fault === undefined || fault.frames.length === 0) return undefined;
  const frames = tellingFrames(fault.frames);
  const hidden = frames.length - FRAMES_SHOWN;
  return {
    frames: frames.slice(0, FRAMES_SHOWN).map(({ frame, count: times }) => {
      const place = framePlace(frame);
      const address = frameAddress(frame);
      return { place, address: place === address ? undefined : address, count: times };
    }),
    remarks: [
      ...(handlerFrames(death).length > 0 ? [t('A handler of the program took the fault and then ended it.')] : []),
      ...(hidden > 0 ? [count(hidden, '{0} more frame', '{0} more frames')] : []),
      ...(fault.truncated ? [t('There are more frames than the kernel kept.')] : []),
    ],
  };
}
