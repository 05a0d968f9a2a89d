/** How much slower than a machine this one is: an emulated one can take tens of times as long. */
const FACTOR = Number(process.env['INQUEST_PATIENCE'] ?? '1');

/** How long to wait here for what takes this long elsewhere. */
export function patient(timeoutMs: number): number {
  return timeoutMs * FACTOR;
}
