export const KIB = 1_024;
export const MIB = 1_048_576;
export const GIB = 1_073_741_824;

/** Binary units with at most one decimal: `512 B`, `32 MiB`, `1.5 GiB`. */
export function formatBytes(bytes: number): string {
  const [divisor, unit] = unitOf(bytes);
  const value = bytes / divisor;
  const rounded = Math.round(value * 10) / 10;
  return `${Number.isInteger(rounded) ? String(rounded) : rounded.toFixed(1)} ${unit}`;
}

function unitOf(bytes: number): readonly [number, string] {
  if (bytes >= GIB) return [GIB, 'GiB'];
  if (bytes >= MIB) return [MIB, 'MiB'];
  if (bytes >= KIB) return [KIB, 'KiB'];
  return [1, 'B'];
}

/** The value as Docker's `--memory` takes it, rounded up to whole MiB: `48m`. */
export function dockerMemory(bytes: number): string {
  return `${String(Math.ceil(bytes / MIB))}m`;
}
