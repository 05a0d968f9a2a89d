import type { RuntimeName } from '../domain/container.ts';
import type { Facts } from './facts.ts';

const TITLES: Readonly<Record<RuntimeName, string>> = {
  docker: 'Docker',
  containerd: 'containerd',
  'cri-o': 'CRI-O',
  podman: 'Podman',
  unknown: 'the container runtime',
};

export function runtimeTitle(facts: Facts): string {
  return TITLES[facts.container.runtime];
}
