import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeathReport } from '../../agent/domain/report.ts';
import type { CriDriver, Pod } from './cri-driver.ts';

const LIMIT = 33_554_432;
const ATTEMPT = 3;
const MESSAGE_FILE = '/dev/termination-log';

/** A container of a pod that says something, leaves a message as kubelet asks for it, and eats more than its limit. */
export async function runEater(cri: CriDriver, pod: Pod, image: string, folder: string): Promise<string> {
  const hostPath = join(folder, 'termination-log');
  writeFileSync(hostPath, '');
  return cri.runContainer(pod, {
    name: 'worker',
    image,
    command: ['sh', '-c', `echo starting; echo "no memory left" >${MESSAGE_FILE}; exec die eat`],
    attempt: ATTEMPT,
    memoryBytes: LIMIT,
    mounts: [{ containerPath: MESSAGE_FILE, hostPath }],
    annotations: { 'io.kubernetes.container.terminationMessagePath': MESSAGE_FILE },
  });
}

/** Its death, whatever runtime it had; the result is what the runtime said of its end. */
export function assertEaten(report: DeathReport): string {
  assert.equal(report.cause, 'oom.container', report.headline);
  assert.match(report.headline, /32 MiB/);
  assert.equal(report.container.restartCount, ATTEMPT);
  assert.equal(report.container.limits?.memoryBytes, LIMIT);
  assert.equal(report.logTail?.lines[0]?.text, 'starting');
  assert.ok(
    report.advice.some(({ command }) => /^resources: \{ limits: \{ memory: \d+Mi \} \}$/.test(command ?? '')),
    'how much to give it',
  );
  const said = report.evidence.find(({ kind }) => kind === 'runtime_state')?.text ?? '';
  assert.match(said, /no memory left/);
  return said;
}
