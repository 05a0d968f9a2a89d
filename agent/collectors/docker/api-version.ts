/** The version this code is written for: Docker 20.10, and what Podman's compatible API speaks. */
const PREFERRED = '1.41';

/** The preferred version, or the engine's own nearest one. Versions are `major.minor`. */
export function negotiateVersion(newest: string, oldest: string): string {
  if (compare(PREFERRED, newest) > 0) return newest;
  return compare(PREFERRED, oldest) < 0 ? oldest : PREFERRED;
}

function compare(a: string, b: string): number {
  const [majorA = 0, minorA = 0] = a.split('.').map(Number);
  const [majorB = 0, minorB = 0] = b.split('.').map(Number);
  return majorA - majorB || minorA - minorB;
}
