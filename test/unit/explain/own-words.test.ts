import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ContainerIdentity } from '../../../agent/domain/container.ts';
import { memoryLimitCommand } from '../../../agent/explain/memory-spelling.ts';
import { inOwnWords } from '../../../agent/explain/own-words.ts';

const DOCKER: ContainerIdentity = { id: 'a3f1', source: 'runtime', runtime: 'docker', labels: {} };
const POD: ContainerIdentity = { ...DOCKER, runtime: 'containerd', labels: { 'io.kubernetes.pod.name': 'web-1' } };
const PODMAN: ContainerIdentity = { ...DOCKER, runtime: 'podman' };
const NERDCTL: ContainerIdentity = { ...DOCKER, runtime: 'containerd' };
const COMPOSE: ContainerIdentity = { ...DOCKER, labels: { 'com.docker.compose.service': 'web' } };

function commandFor(container: ContainerIdentity, command: string): string | undefined {
  return inOwnWords([{ text: 'Do this.', command }], container)[0]?.command;
}

describe('advice in the words of whoever runs the container', () => {
  test('Docker’s sizes become quantities of Kubernetes, to which 48m would be a fraction of a byte', () => {
    assert.equal(
      commandFor(POD, 'docker update --memory 48m --memory-swap 48m web'),
      'resources: { limits: { memory: 48Mi } }',
    );
    assert.match(commandFor(POD, 'docker run --shm-size 2g …') ?? '', /sizeLimit: 2Gi /);
  });

  test('the same commands for Podman and nerdctl, none for a pod that has no field for it', () => {
    assert.equal(commandFor(PODMAN, 'docker stop web'), 'podman stop web');
    assert.equal(commandFor(NERDCTL, 'docker stop web'), 'nerdctl stop web');
    assert.equal(commandFor(POD, 'docker stop web'), undefined);
    assert.equal(commandFor(DOCKER, 'docker stop web'), 'docker stop web');
  });

  test('a memory limit', () => {
    const bytes = 47 * 1_048_576 + 1;
    assert.equal(memoryLimitCommand(DOCKER, bytes), 'docker run --memory 48m …');
    assert.equal(memoryLimitCommand(PODMAN, bytes), 'podman run --memory 48m …');
    assert.equal(memoryLimitCommand(NERDCTL, bytes), 'nerdctl run --memory 48m …');
    assert.equal(memoryLimitCommand(COMPOSE, bytes), 'mem_limit: 48m');
    assert.equal(memoryLimitCommand(POD, bytes), 'resources: { limits: { memory: 48Mi } }');
  });
});
