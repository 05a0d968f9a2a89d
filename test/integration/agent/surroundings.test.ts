import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { connect } from '../../../agent/client/connect.ts';
import type { Health } from '../../../agent/domain/health.ts';
import type { DeathReport } from '../../../agent/domain/report.ts';
import { TestAgent } from '../../support/agent.ts';
import { type Dockerd, dockerdUnavailable, startDockerd } from '../../support/dockerd.ts';
import { waitFor } from '../../support/process-tree.ts';
import { runCommand } from '../../support/run-command.ts';

const WAIT_MS = 30_000;

describe('an agent in changing surroundings', { skip: dockerdUnavailable() }, () => {
  let dockerd: Dockerd;
  let agent: TestAgent;
  let image: string;

  before(async () => {
    dockerd = await startDockerd();
    image = await dockerd.importBusybox();
    agent = new TestAgent({ docker: dockerd.socketPath });
    await agent.start();
  });

  after(async () => {
    try {
      await agent.remove();
    } finally {
      await dockerd.stop();
    }
  });

  async function health(): Promise<Health> {
    const client = await connect({ socket: agent.socket, clientName: 'test', clientVersion: '0', timeoutMs: 5_000 });
    try {
      return await client.request('inquest/health', {});
    } finally {
      client.close();
    }
  }

  test('5,000 short-lived processes in a container: every record is read or counted as missing', async () => {
    const before = counted(await health(), 'process_exit');
    await dockerd.dockerOk(
      'run',
      '--network',
      'none',
      '--name',
      'busy',
      image,
      'sh',
      '-c',
      'i=0; while [ $i -lt 5000 ]; do /bin/true; i=$((i+1)); done; exit 0',
    );
    await agent.explain('busy');
    // The kernel's counters and the reader's meet when nothing is in flight.
    const balanced = async (): Promise<boolean> => {
      const { seen, received, lost, suppressed } = counted(await health(), 'process_exit');
      return seen === received + lost + suppressed;
    };
    assert.ok(await waitFor(balanced, WAIT_MS), 'seen = received + lost + suppressed');
    const after = counted(await health(), 'process_exit');
    assert.ok(after.seen - before.seen >= 5_000, `${String(after.seen - before.seen)} exits seen`);
    const report = await agent.explain('busy');
    const missing = after.lost + after.suppressed - before.lost - before.suppressed;
    assert.equal(report.complete, missing === 0, 'a loss is shown');
    assert.equal(report.cause, 'exit.success');
  });

  test('containers that start and die at the same time are each told with their own end', async () => {
    const codes = Array.from({ length: 24 }, (_, index) => (index % 3) * 7);
    const ends = codes.map((code, index) =>
      dockerd.docker(
        ...['run', '--network', 'none', '--name', `crowd-${String(index)}`, image],
        ...['sh', '-c', `exit ${String(code)}`],
      ),
    );
    await Promise.all(ends);
    const told = async (): Promise<DeathReport[]> =>
      (await agent.deaths('--limit', '200', '--text', 'crowd-')).filter(({ settled }) => settled);
    assert.ok(await waitFor(async () => (await told()).length >= codes.length, WAIT_MS));
    const reports = await told();
    assert.equal(reports.length, codes.length, 'each once');
    for (const [index, code] of codes.entries()) {
      const report = reports.find(({ container }) => container.name === `crowd-${String(index)}`);
      assert.equal(report?.exit.code, code, report?.headline);
      assert.equal(report.cause, code === 0 ? 'exit.success' : 'exit.error');
      assert.match(report.headline, /^sh \(PID 1\)/);
    }
  });

  test('a second agent on the same socket is refused and says why', async () => {
    const { code, stderr } = await agent.run('agent', '--data', join(agent.folder, 'other'), '--docker', 'off');
    assert.equal(code, 1);
    assert.match(stderr, /already/i);
    assert.match(stderr, new RegExp(agent.socket));
  });

  test('a second agent on the same data folder is refused and says why', async () => {
    const { code, stderr } = await agent.run(
      'agent',
      '--socket',
      join(agent.folder, 'other.sock'),
      '--data',
      agent.data,
      '--docker',
      'off',
    );
    assert.equal(code, 1);
    assert.match(stderr, /another agent|already/i);
  });

  test('a daemon that restarts is found again, and deaths are explained as before', async () => {
    await dockerd.stopDaemon();
    await waitFor(() => /docker: (retrying|absent)/.test(agent.log), WAIT_MS);
    assert.match(agent.log, /docker: (retrying|absent)/);
    const before = agent.log.length;
    await dockerd.startDaemon();
    await waitFor(() => agent.log.slice(before).includes('docker: running'), WAIT_MS);
    await dockerd.docker('run', '--network', 'none', '--name', 'after-restart', image, 'sh', '-c', 'exit 9');
    const report = await agent.explain('after-restart');
    assert.equal(report.cause, 'exit.error');
    assert.equal(report.exit.code, 9);
    assert.equal(report.container.name, 'after-restart');
  });

  test('without a runtime the kernel alone explains, by the container’s id', async () => {
    const alone = new TestAgent({ docker: 'off' });
    try {
      await alone.start();
      const id = await dockerd.dockerOk('run', '--detach', '--network', 'none', image, 'sleep', '1000');
      const pid = await dockerd.dockerOk('inspect', '--format', '{{.State.Pid}}', id);
      await runCommand('bash', ['-c', `kill -9 ${pid}; true`]);
      const report = await alone.explain(id.slice(0, 12));
      assert.equal(report.cause, 'kill.host');
      assert.equal(report.container.id, id);
      assert.equal(report.container.name, null);
    } finally {
      await alone.remove();
    }
  });

  test('programs are attached beforehand only where the kernel has need of it, and the agent starts as ever', async () => {
    const later = new TestAgent({ docker: 'off' });
    try {
      const { code, stdout } = await later.run('agent', '--attach-only', '--data', later.data);
      assert.equal(code, 0);
      const isNeeded = Number.parseInt(release(), 10) >= 7;
      assert.match(stdout, isNeeded ? /are attached/ : /Nothing has to be attached/);
      await later.start();
      const { stdout: doctor } = await later.run('doctor', '--data', later.data);
      assert.match(doctor, isNeeded ? /since before this agent started/ : /Kernel programs {2,}\d+ attached\n/);
    } finally {
      await later.remove();
    }
  });

  test('a damaged store is set aside, and the agent starts with a new one', async () => {
    const broken = new TestAgent({ docker: 'off' });
    mkdirSync(broken.data, { recursive: true });
    writeFileSync(
      join(broken.data, 'inquest.db'),
      'this is not a database, but it is long enough to look like one'.repeat(100),
    );
    try {
      await broken.start();
      assert.match(broken.log, /damaged.*moved to .*inquest\.db\.corrupt/);
      assert.deepEqual(await broken.deaths(), []);
    } finally {
      await broken.remove();
    }
  });

  test('without root it says what it needs', async () => {
    const folder = join(agent.folder, 'nobody');
    mkdirSync(folder, { mode: 0o777 });
    const { code, stderr } = await runCommand('setpriv', [
      '--reuid',
      '65534',
      '--regid',
      '65534',
      '--clear-groups',
      // It may read what root may: the checkout can lie where strangers cannot look.
      '--inh-caps',
      '+dac_read_search',
      '--ambient-caps',
      '+dac_read_search',
      ...agent.command(
        'agent',
        '--socket',
        join(folder, 'agent.sock'),
        '--data',
        '/var/lib/inquest-of-nobody',
        '--docker',
        'off',
      ),
    ]);
    assert.equal(code, 1);
    assert.match(stderr, /root/);
  });
});

function counted(health: Health, kind: string): Health['kernel']['counters'][number] {
  const found = health.kernel.counters.find((counter) => counter.kind === kind);
  assert.ok(found);
  return found;
}
