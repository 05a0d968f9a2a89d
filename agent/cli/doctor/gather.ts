import { constants } from 'node:fs';
import { access, readFile, statfs } from 'node:fs/promises';
import { release } from 'node:os';
import { dirname } from 'node:path';
import { errorCode, InquestError, messageOf } from '../../domain/errors.ts';
import type { RuntimeKind } from '../../domain/runtime-sockets.ts';
import type { Settings } from '../../domain/settings.ts';
import { findPlaces } from '../../daemon/places.ts';
import { loadBinding } from '../../native/binding.ts';
import { actionable, withAgent } from '../link.ts';
import type { AddonFact, AgentFact, Facts, RuntimeFact, StoreFact } from './facts.ts';

/** A doctor that waits for long is no help. */
const AGENT_TIMEOUT_MS = 3_000;

/** Looks at this machine and asks the agent, where one answers. Rejects never: what cannot be read is not there. */
export async function gatherFacts(settings: Pick<Settings, 'socket' | 'data' | RuntimeKind>): Promise<Facts> {
  const [btf, status, lockdown, paranoid, mounts, agent, runtimes, store] = await Promise.all([
    canAccess('/sys/kernel/btf/vmlinux', constants.R_OK),
    readText('/proc/self/status'),
    readText('/sys/kernel/security/lockdown'),
    readText('/proc/sys/kernel/perf_event_paranoid'),
    readText('/proc/self/mounts'),
    askAgent(settings.socket),
    findRuntimes(settings),
    lookAtStore(settings.data),
  ]);
  return {
    kernelRelease: release(),
    uid: process.geteuid?.() ?? -1,
    btf: btf === 'usable',
    capabilities: capabilitiesIn(status ?? ''),
    lockdown: /\[(\w+)\]/.exec(lockdown ?? '')?.[1],
    cgroup: cgroupIn(mounts ?? ''),
    bpffs: /^\S+ \/sys\/fs\/bpf bpf /m.test(mounts ?? ''),
    perfEventParanoid: paranoid === undefined ? undefined : Number(paranoid),
    addon: tryAddon(),
    agent,
    runtimes,
    store,
  };
}

/** CapEff of /proc/self/status: a bit for each capability. */
export function capabilitiesIn(status: string): ReadonlySet<number> {
  const mask = BigInt(`0x${/^CapEff:\s*([\da-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  return new Set(Array.from({ length: 64 }, (_, bit) => bit).filter((bit) => ((mask >> BigInt(bit)) & 1n) === 1n));
}

/** Where the memory controller is decides: on a hybrid machine that is v1. */
export function cgroupIn(mounts: string): Facts['cgroup'] {
  if (/^\S+ \S+ cgroup \S*\bmemory\b/m.test(mounts)) return 'v1';
  return /^\S+ \S+ cgroup2 /m.test(mounts) ? 'v2' : 'none';
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

async function canAccess(path: string, mode: number): Promise<RuntimeFact['access']> {
  try {
    await access(path, mode);
    return 'usable';
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? 'absent' : 'denied';
  }
}

function tryAddon(): AddonFact {
  try {
    return { state: 'loaded', probe: loadBinding().probe() };
  } catch (error) {
    return { state: 'missing', reason: messageOf(error) };
  }
}

async function askAgent(socket: string): Promise<AgentFact> {
  try {
    return await withAgent(
      socket,
      async (agent) => ({
        state: 'answers',
        health: await agent.request('inquest/health', {}),
        tier: agent.hello.tier,
      }),
      AGENT_TIMEOUT_MS,
    );
  } catch (thrown) {
    const error = actionable(thrown);
    if (!(error instanceof InquestError))
      return { state: 'silent', error: new InquestError('system', messageOf(error), { cause: error }) };
    return { state: 'silent', error };
  }
}

const TITLES: Readonly<Record<RuntimeKind, string>> = {
  docker: 'Docker',
  podman: 'Podman',
  cri: 'CRI',
  containerd: 'containerd',
};

/** What is there, and what a setting names although it is not. */
async function findRuntimes(settings: Pick<Settings, RuntimeKind>): Promise<readonly RuntimeFact[]> {
  const found = new Map<string, RuntimeFact>();
  for (const kind of ['docker', 'containerd', 'cri', 'podman'] as const) {
    for (const { path, key, isSocket } of await findPlaces(kind, settings[kind])) {
      // containerd speaks CRI on its own socket.
      if (found.has(key)) continue;
      const access = await canAccess(path, isSocket ? constants.R_OK | constants.W_OK : constants.R_OK);
      found.set(key, { name: titleOf(kind, path), socket: path, access });
    }
  }
  return [...found.values()];
}

/** Two runtimes speak CRI; which of them it is, its path tells in every distribution of Kubernetes. */
function titleOf(kind: RuntimeKind, path: string): string {
  if (kind !== 'cri') return TITLES[kind];
  return path.includes('crio') ? 'CRI-O' : path.includes('containerd') ? TITLES.containerd : TITLES.cri;
}

async function lookAtStore(path: string): Promise<StoreFact> {
  const found = await canAccess(path, constants.W_OK);
  // The agent makes the folder itself; then the one above it decides.
  const holder = found === 'absent' ? dirname(path) : path;
  return { path, access: found === 'usable' ? 'writable' : found, freeBytes: await freeBytesOf(holder) };
}

async function freeBytesOf(path: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
