import { MIB } from '../domain/bytes.ts';
import type { ContainerIdentity } from '../domain/container.ts';
import { toolOf } from './own-words.ts';
import type { Tool } from './own-words.ts';

/** Whoever runs the container, in whose words a setting is told. */
type Spelling = Tool | 'compose';

function spellingOf(container: ContainerIdentity): Spelling {
  const tool = toolOf(container);
  const isCompose = container.labels['com.docker.compose.service'] !== undefined;
  return isCompose && tool !== 'kubernetes' ? 'compose' : tool;
}

/** `384m` as Docker takes it, `384Mi` as Kubernetes does: whole MiB, rounded up. */
function size(bytes: number, spelling: Spelling): string {
  return `${String(Math.ceil(bytes / MIB))}${spelling === 'kubernetes' ? 'Mi' : 'm'}`;
}

/** How the container is given another memory limit. */
export function memoryLimitCommand(container: ContainerIdentity, bytes: number): string {
  const spelling = spellingOf(container);
  const value = size(bytes, spelling);
  switch (spelling) {
    case 'kubernetes':
      return `resources: { limits: { memory: ${value} } }`;
    case 'compose':
      return `mem_limit: ${value}`;
    default:
      return `${spelling} run --memory ${value} …`;
  }
}

/** How /dev/shm, or a tmpfs, is given a size. */
export function sharedMemoryCommand(container: ContainerIdentity, bytes: number): string {
  const spelling = spellingOf(container);
  const value = size(bytes, spelling);
  switch (spelling) {
    case 'kubernetes':
      return `emptyDir: { medium: Memory, sizeLimit: ${value} }`;
    case 'compose':
      return `shm_size: ${value}`;
    default:
      return `${spelling} run --shm-size ${value} --tmpfs /PATH:size=${value} …`;
  }
}

/** How the container is given a variable. */
export function variableCommand(container: ContainerIdentity, variable: string): string {
  const spelling = spellingOf(container);
  return spelling === 'compose' || spelling === 'kubernetes' ? variable : `${spelling} run --env ${variable} …`;
}
