import { runtimeTitle as titleOf } from '../domain/container.ts';
import type { Facts } from './facts.ts';

export function runtimeTitle(facts: Facts): string {
  return titleOf(facts.container.runtime);
}
