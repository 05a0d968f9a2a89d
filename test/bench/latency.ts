import { spawn } from 'node:child_process';
import { connect } from '../../agent/client/connect.ts';
import type { TestAgent } from '../support/agent.ts';
import type { Dockerd } from '../support/dockerd.ts';
import { findProgram } from '../support/find-program.ts';
import { waitFor } from '../support/process-tree.ts';
import { median, milliseconds, row } from './print.ts';

const DEATHS = 50;
const WAIT_MS = 15_000;

/** How long before `docker events` prints a death a subscriber of Inquest knows of it. */
export async function benchLatency(dockerd: Dockerd, agent: TestAgent, image: string): Promise<void> {
  const known = new Map<string, number>();
  const printed = new Map<string, number>();
  const client = await connect({ socket: agent.socket, clientName: 'bench', clientVersion: '0', timeoutMs: WAIT_MS });
  const arrivals: { readonly id: string; readonly at: number }[] = [];
  client.on('deaths/changed', ({ id, revision }) => {
    if (revision === 1) arrivals.push({ id, at: performance.now() });
  });
  await client.request('deaths/subscribe', {});

  const events = spawn(
    findProgram('docker') ?? 'docker',
    ['events', '--filter', 'event=die', '--format', '{{.Actor.Attributes.name}}'],
    { env: { ...process.env, DOCKER_HOST: `unix://${dockerd.socketPath}` }, stdio: ['ignore', 'pipe', 'inherit'] },
  );
  events.stdout.on('data', (chunk: Buffer) => {
    const at = performance.now();
    for (const name of chunk.toString().split('\n')) if (name !== '') printed.set(name, at);
  });
  try {
    for (let index = 0; index < DEATHS; index += 1) {
      await dockerd.docker(
        'run',
        '--network',
        'none',
        '--name',
        `latency-${String(index)}`,
        image,
        'sh',
        '-c',
        'exit 1',
      );
    }
    await waitFor(() => printed.size >= DEATHS && arrivals.length >= DEATHS, WAIT_MS);
    for (const { id, at } of arrivals) {
      const { death } = await client.request('deaths/get', { id });
      if (death.container.name !== undefined && !known.has(death.container.name)) known.set(death.container.name, at);
    }
  } finally {
    client.close();
    events.kill('SIGTERM');
  }
  const leads = [...printed].flatMap(([name, at]) => {
    const first = known.get(name);
    return first === undefined ? [] : [at - first];
  });
  row('deaths measured', `${String(leads.length)} of ${String(DEATHS)}`);
  row('known before docker events printed it, median', milliseconds(median(leads)));
  row('the same, worst', milliseconds(Math.min(...leads)));
}
