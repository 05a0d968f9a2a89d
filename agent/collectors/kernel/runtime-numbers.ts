import type { RuntimeName } from '../../domain/container.ts';
import { RUNTIME } from '../../native/layout.ts';

export function runtimeNumber(name: RuntimeName): number {
  switch (name) {
    case 'docker':
      return RUNTIME.docker;
    case 'containerd':
      return RUNTIME.containerd;
    case 'cri-o':
      return RUNTIME.crio;
    case 'podman':
      return RUNTIME.podman;
    case 'unknown':
      return RUNTIME.unknown;
  }
}

export function runtimeName(number: number): RuntimeName {
  const names: readonly RuntimeName[] = ['docker', 'containerd', 'cri-o', 'podman'];
  return names.find((name) => runtimeNumber(name) === number) ?? 'unknown';
}
