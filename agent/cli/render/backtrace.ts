import { faultOf, frameAddress, framePlace, handlerFrames, sourceLine, tellingFrames } from '../../domain/backtrace.ts';
import type { Death } from '../../domain/death.ts';
import { plural } from '../../domain/death-words.ts';
import type { BacktraceFrame } from '../../domain/evidence.ts';
import type { CountedFrame } from '../../domain/backtrace.ts';
import type { Look } from '../text/look.ts';
import { glyphs, proseWidth, tint } from '../text/look.ts';
import { paragraph, ready } from './layout.ts';

const FRAMES_SHOWN = 12;
/** The section's indent, and what stands before the detail. */
const GAPS = 4;

/** Where the program was when it crashed, the faulting function first. */
export function renderBacktrace(death: Death, look: Look, all: boolean): readonly string[] {
  const fault = faultOf(death);
  if (fault === undefined || fault.frames.length === 0) return [];
  const handler = handlerFrames(death);
  const frames: readonly CountedFrame[] = all
    ? [...handler, ...fault.frames].map((frame) => ({ frame, count: 1 }))
    : tellingFrames(fault.frames);
  const shown = frames.slice(0, all ? frames.length : FRAMES_SHOWN);
  const digits = String(shown.length).length;
  const lines = shown.flatMap((counted, index) => frameLines(counted, `${String(index + 1).padStart(digits)}. `, look));
  const hidden = frames.length - shown.length;
  const remarks = [
    ...(handler.length > 0 ? [handlerRemark(handler.length, all)] : []),
    ...(hidden > 0 ? [`${plural(hidden, 'more frame')} with --all`] : []),
    ...(fault.truncated ? ['there are more frames than the kernel kept'] : []),
    ...(shown.some(({ frame }) => frame.isGuess === true)
      ? ['? frames found by frame pointers: one may be missing']
      : []),
  ];
  return remarks.length === 0
    ? lines
    : [...lines, ...paragraph(look, remarks.join(` ${glyphs(look).dot} `), { style: 'dim' })];
}

function handlerRemark(frames: number, all: boolean): string {
  return all
    ? `the first ${plural(frames, 'frame')} are of the handler that took the fault and ended the program`
    : 'a handler of the program took the fault and ended it: its frames with --all';
}

/** What other tools are told of the place follows where there is room. */
function frameLines({ frame, count }: CountedFrame, lead: string, look: Look): readonly string[] {
  const times = count > 1 ? ` (${String(count)} times in a row)` : '';
  const text = `${framePlace(frame)}${times}`;
  const lines = paragraph(look, text, { lead, leadStyle: 'dim' });
  const more = detail(frame);
  const used = lead.length + ready(look, text).length + more.length + GAPS;
  return more === '' || lines.length > 1 || used > proseWidth(look)
    ? lines
    : lines.map((line) => `${line}${tint(look, 'dim', `  ${ready(look, more)}`)}`);
}

/** The place for other tools, where it is not said already. */
function detail(frame: BacktraceFrame): string {
  const guess = frame.isGuess === true ? ' ?' : '';
  if (frame.function === undefined) return `${frame.module === undefined ? frame.address : buildId(frame)}${guess}`;
  return `${sourceLine(frame) === undefined ? (frame.offset ?? '') : frameAddress(frame)}${guess}`;
}

function buildId({ buildId: id }: BacktraceFrame): string {
  return id === undefined ? '' : `build id ${id.slice(0, 12)}`;
}
