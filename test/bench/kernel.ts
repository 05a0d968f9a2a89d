import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { KernelSession } from '../../agent/native/binding.ts';
import { builtFile, loadBinding } from '../../agent/native/binding.ts';
import { PROTOCOL, RUNTIME } from '../../agent/native/layout.ts';
import type { Dockerd } from '../support/dockerd.ts';
import { runCommand } from '../support/run-command.ts';
import { row } from './print.ts';

const STATS = '/proc/sys/kernel/bpf_stats_enabled';
const LOOPS = 2_000;
/** Sends to itself over TCP. */
const NETWORK = `import socket
s = socket.create_server(("127.0.0.1", 0))
c = socket.create_connection(s.getsockname())
d, _ = s.accept()
for _ in range(${String(LOOPS)}):
    c.send(b"x")
    d.recv(1)`;
/** Fewer than a client may make at once. */
const REQUESTS = 200;
const LOOP = `i=0; while [ $i -lt ${String(LOOPS)} ]; do /bin/true; i=$((i+1)); done`;

/** Nanoseconds that each kernel program takes per event, inside a container and outside of all. */
export async function benchKernel(dockerd: Dockerd, image: string): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'inq-bench-'));
  const before = readFileSync(STATS, 'utf8');
  const session = loadBinding().open({
    objectPath: builtFile('inquest.bpf.o') ?? 'inquest.bpf.o',
    pinDir: `/sys/fs/bpf/${basename(folder)}`,
    owner: folder,
  });
  try {
    writeFileSync(STATS, '1');
    session.start(
      (batch) => batch.byteLength,
      (error) => {
        throw error;
      },
    );
    const start = snapshot(session);
    await runCommand('sh', ['-c', LOOP]);
    const outside = snapshot(session);
    await dockerd.dockerOk('run', '--rm', '--network', 'none', image, 'sh', '-c', LOOP);
    const inside = snapshot(session);
    await dockerd.dockerOk('create', '--name', 'bench', image, 'true');
    await benchRequests(session, dockerd);
    for (const { name } of session.programs()) {
      if (!/process_(exec|exit)/.test(name)) continue;
      row(`${name}, outside every container`, perEvent(start, outside, name));
      row(`${name}, in a container`, perEvent(outside, inside, name));
    }
  } finally {
    writeFileSync(STATS, before);
    session.detach();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each sees the data of a socket; the kernel decides which it is. */
const SOCKET_PROGRAMS = /data_ready|sock_readable/;

/** Docker itself is there to answer: what others write to sockets costs as much as before. */
async function benchRequests(session: KernelSession, { socketPath }: Dockerd): Promise<void> {
  const docker = { path: socketPath, runtime: RUNTIME.docker, protocol: PROTOCOL.http, uid: 0 };
  session.watchRuntimes([docker]);
  const curl = (...argv: string[]): Promise<unknown> =>
    runCommand('curl', ['--silent', '--unix-socket', socketPath, ...argv]);
  const socket = session.programs().find(({ name }) => SOCKET_PROGRAMS.test(name))?.name ?? 'sk_data_ready';
  const before = snapshot(session);
  await runCommand('python3', ['-c', NETWORK]);
  const start = snapshot(session);
  row('data of the network', perEvent(before, start, socket));
  await curl(`http://docker/_ping?[1-${String(REQUESTS)}]`);
  const others = snapshot(session);
  await curl('--request', 'POST', `http://docker/containers/bench/stop?t=[1-${String(REQUESTS)}]`);
  row('requests to a runtime that are of no concern, answers', perEvent(start, others, socket));
  row('requests to stop a container, answers', perEvent(others, snapshot(session), socket));
}

type Snapshot = ReadonlyMap<string, { readonly ns: number; readonly runs: number }>;

function snapshot(session: KernelSession): Snapshot {
  return new Map(
    session
      .programs()
      .map(({ name, runTimeNs, runCount }) => [name, { ns: Number(runTimeNs), runs: Number(runCount) }]),
  );
}

function perEvent(from: Snapshot, to: Snapshot, prefix: string): string {
  let ns = 0;
  let runs = 0;
  for (const [name, value] of to) {
    if (!name.startsWith(prefix)) continue;
    ns += value.ns - (from.get(name)?.ns ?? 0);
    runs += value.runs - (from.get(name)?.runs ?? 0);
  }
  return runs === 0 ? 'no events' : `${(ns / runs).toFixed(0)} ns an event (${String(runs)} events)`;
}
