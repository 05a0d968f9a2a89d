import type { Death } from '../../agent/domain/death.ts';
import { US_PER_MS, US_PER_SECOND } from '../../agent/domain/time.ts';
import { GALLERY } from './death-gallery.ts';
import { containerOf } from './deaths.ts';

const CONTAINERS = 500;
const GAP_SECONDS = 180;
const ID_LENGTH = 26;
const LETTERS = 'abcdefghijklmnopqrstuvwxyz';

/** One every three minutes: 100,000 of them are half a year. */
export function manyDeaths(count: number): readonly Death[] {
  const kinds = [GALLERY.oom, GALLERY['exit-error'], GALLERY.segfault, GALLERY['stop-ignored']];
  const now = Date.now() * US_PER_MS;
  return Array.from({ length: count }, (_, index) => {
    const death = kinds[index % kinds.length] ?? GALLERY.oom;
    return {
      ...death,
      at: now - (count - index) * GAP_SECONDS * US_PER_SECOND,
      id: idOf(index),
      container: containerOf(`worker-${String(index % CONTAINERS)}`),
    };
  });
}

function idOf(index: number): string {
  let rest = index;
  let id = '';
  while (id.length < ID_LENGTH) {
    id += LETTERS.charAt(rest % LETTERS.length);
    rest = Math.floor(rest / LETTERS.length);
  }
  return id;
}
