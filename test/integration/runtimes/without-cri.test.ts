import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { doctorReportSchema } from '../../../agent/cli/schemas.ts';
import { TestAgent } from '../../support/agent.ts';
import { Containerd, DIE_IMAGE, containerdUnavailable } from '../../support/containerd.ts';
import { waitFor } from '../../support/process-tree.ts';

/** As Docker's packages bring it to every machine that has Docker from them. */
describe('a containerd whose CRI plugin is switched off', { skip: containerdUnavailable() }, () => {
  let containerd: Containerd;
  let agent: TestAgent;

  before(async () => {
    containerd = await Containerd.start(['io.containerd.grpc.v1.cri']);
    await containerd.importImages('default');
    agent = new TestAgent({ docker: 'off', cri: containerd.socketPath, containerd: containerd.socketPath });
    await agent.start();
  });

  after(async () => {
    await agent.remove();
    await containerd.stop();
  });

  async function aboutCri(): Promise<{ state: string; detail: string } | undefined> {
    const { stdout } = await agent.run('doctor', '--json', '--data', agent.data);
    return doctorReportSchema.parse(JSON.parse(stdout)).checks.find(({ id }) => id === 'collector.cri');
  }

  test('the doctor says that there is no CRI, and does not warn: nobody on this machine misses it', async () => {
    const isTold = async (): Promise<boolean> => !((await aboutCri())?.detail ?? 'starting').startsWith('starting');
    assert.ok(await waitFor(isTold, 15_000));
    const check = await aboutCri();
    assert.equal(check?.state, 'ok', check?.detail);
    assert.match(
      check.detail,
      /^absent: The runtime on .*containerd\.sock does not speak version 1 of CRI\. Only Kubernetes/,
    );
  });

  test('what containerd itself knows names the container', async () => {
    await containerd.ctrOk('run', '--detach', DIE_IMAGE, 'worker', 'sh', '-c', 'die term-stay');
    await containerd.ctrOk('task', 'kill', '--signal', 'SIGKILL', 'worker');
    const report = await agent.explain('worker');
    assert.equal(report.cause, 'kill.runtime', report.headline);
    assert.equal(report.container.image, DIE_IMAGE);
  });
});
