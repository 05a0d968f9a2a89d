import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { TestAgent } from '../support/agent.ts';
import type { Dockerd } from '../support/dockerd.ts';
import { row } from './print.ts';

const CONTAINERS = 10;
const SETTLE_MS = 15_000;
const MEASURE_MS = 60_000;
const TICKS_PER_SECOND = 100;

/** What the agent costs while nothing happens, with ten containers running. */
export async function benchIdle(dockerd: Dockerd, agent: TestAgent, image: string): Promise<void> {
  for (let index = 0; index < CONTAINERS; index += 1) {
    await dockerd.dockerOk(
      'run',
      '--detach',
      '--network',
      'none',
      '--name',
      `idle-${String(index)}`,
      image,
      'sleep',
      '1000',
    );
  }
  await sleep(SETTLE_MS);
  const before = cpuSeconds(agent.pid);
  await sleep(MEASURE_MS);
  const used = cpuSeconds(agent.pid) - before;
  row('CPU with ten containers, share of one core', `${((used / (MEASURE_MS / 1_000)) * 100).toFixed(2)} %`);
  row('resident memory', `${(residentKib(agent.pid) / 1_024).toFixed(1)} MiB`);
}

function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

function residentKib(pid: number): number {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8'))?.[1] ?? Number.NaN);
}
