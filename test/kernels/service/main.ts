/**
 * Proves the way of an agent onto a host and off again where everything is real: a Debian with systemd in a virtual
 * machine, reached over SSH by the extension's own code. It installs, upgrades and removes as a user who may use sudo by
 * password; a container dies before and after the upgrade, and what is said of both is asked over SSH. The argument is
 * the kernel's name.
 */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Death } from '../../../agent/domain/death.ts';
import { messageOf } from '../../../agent/domain/errors.ts';
import type { TransportChoice } from '../../../extension/hosts/index.ts';
import { readBundle } from '../../../extension/install/bundle.ts';
import { installLine, onTerminal, uninstallLine } from '../../../extension/install/commands.ts';
import { FACTS_SCRIPT, parseHostFacts } from '../../../extension/install/host-facts.ts';
import { planInstall } from '../../../extension/install/plan.ts';
import { runScript } from '../../../extension/install/run-script.ts';
import { stage } from '../../../extension/install/staging.ts';
import { ok } from '../../support/rootfs.ts';
import { imageFor } from '../build/image.ts';
import { runMachine } from '../machine.ts';
import { chosenArchitecture, chosenKernels } from '../matrix.ts';
import { type Bundles, NEWER, packBundles } from './bundles.ts';
import { writeGuestDisk } from './guest-disk.ts';
import { Guest } from './guest.ts';

/** Under emulation on a busy machine. */
const TIMEOUT_MS = 2_400_000;
/** Before Linux 7, and since then: that one needs tracefs, which the unit must leave in sight. */
const EXEC_PROGRAMS = ['sched_process_exec', 'process_exec_event'];
const ANSWER_MS = 300_000;
const ASK_EVERY_MS = 2_000;

const folder = mkdtempSync(join(tmpdir(), 'inq-service-'));
const consoles = join(import.meta.dirname, '../../../dist/kernels');
mkdirSync(consoles, { recursive: true });
const begin = performance.now();
const log: string[] = [];

function say(line: string): void {
  process.stdout.write(`${((performance.now() - begin) / 1_000).toFixed(0).padStart(5)} s  ${line}\n`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function prove(guest: Guest, { version, file, newerFile }: Bundles): Promise<void> {
  await install(guest, 'openssh', file);
  await lookAtService(guest, version);
  await die(guest, 'web');
  const first = await explain(guest, 'openssh', 'web');
  await install(guest, 'ssh2', newerFile);
  await lookAtService(guest, NEWER);
  const kept = await explain(guest, 'ssh2', 'web');
  assert.equal(kept.id, first.id, 'the death from before the upgrade');
  await die(guest, 'api');
  await explain(guest, 'ssh2', 'api');
  await uninstall(guest);
}

/** What Inquest: Install Agent on Host does, but for its questions. */
async function install(guest: Guest, transport: TransportChoice, file: string): Promise<void> {
  const link = await guest.link(transport);
  try {
    const facts = parseHostFacts((await runScript(link, FACTS_SCRIPT)).stdout);
    const plan = planInstall(facts, await readBundle(file));
    assert.deepEqual(plan.warnings, []);
    say(`${plan.change} by ${transport}: ${facts.user}, ${facts.machine}, Linux ${facts.kernel}, ${facts.libc}`);
    const { signal } = new AbortController();
    let sent = 0;
    const staged = await stage(link, plan.bundle, { signal, onSent: (bytes) => (sent = bytes), isLocal: false });
    say(`  ${String(sent)} bytes copied and checked, unpacked in ${staged.folder}`);
    const { status, text } = await guest.type(link, onTerminal(installLine(facts, staged.folder, plan.mayJoin)));
    await staged.remove();
    for (const line of text.split(/\r?\n/)) if (line.trim() !== '') say(`  | ${line}`);
    assert.equal(status, 0, text);
  } finally {
    link.close();
  }
  assert.equal(await guest.root('find /tmp /var/tmp /home/dev -name "inquest-*"'), '', 'what was copied is gone');
}

async function lookAtService(guest: Guest, version: string): Promise<void> {
  assert.equal(await guest.root('systemctl is-active inquest'), 'active');
  const shown = await guest.root('systemctl show inquest -p Type,NRestarts,WatchdogUSec,MemoryCurrent,User,Group');
  assert.match(shown, /Type=notify/);
  assert.match(shown, /NRestarts=0/);
  assert.match(shown, /WatchdogUSec=2min/);
  say(`  ${shown.replaceAll('\n', ', ')}`);
  say(`  ${(await guest.root('systemd-analyze security --no-pager inquest | tail -n 1')).replace(/^\W*/, '')}`);
  const bounding = await guest.root('grep CapEff /proc/$(systemctl show -p MainPID --value inquest)/status');
  say(`  ${bounding.replace('\t', ' ')}`);
  const connection = await guest.connect('openssh');
  try {
    const { state } = connection;
    assert.ok(state.kind === 'connected');
    assert.equal(state.hello.agentVersion, version);
    assert.equal(state.hello.tier, 'sensitive', 'a member of the group');
    const health = await answered(() => connection.request('inquest/health', {}));
    const missing = health.kernel.programs.filter(({ attached }) => !attached);
    say(
      `  ${state.route}; kernel programs ${health.kernel.origin}, without ${missing.map(({ name }) => name).join() || 'none'}`,
    );
    const preempts = Number.parseInt(await guest.root('uname -r'), 10) >= 7;
    const [execs, other] = preempts ? EXEC_PROGRAMS.toReversed() : EXEC_PROGRAMS;
    const named = health.kernel.programs.map(({ name }) => name);
    assert.ok(
      named.includes(execs ?? '') && !named.includes(other ?? ''),
      `execs are not seen as they should be: ${named.join()}`,
    );
    // Where the service's rights are too few for perf events, its programs were attached before it gave up the others.
    assert.equal(health.kernel.origin, preempts || version === NEWER ? 'adopted' : 'loaded');
    await until('Docker', async () => {
      const { collectors } = await connection.request('inquest/health', {});
      return collectors.some(({ name, state: is }) => name === 'docker' && is === 'running');
    });
  } finally {
    connection.dispose();
  }
}

/** The case that looks most like another: 137, and nobody ran out of memory. */
async function die(guest: Guest, name: string): Promise<void> {
  await guest.root('docker image inspect box >/dev/null 2>&1 || tar -C /tmp/box -c . | docker import - box');
  await guest.root(`docker run -d --network none --name ${name} box /bin/busybox sleep 100000`);
  await guest.root(`docker stop -t 2 ${name}`);
}

async function explain(guest: Guest, transport: TransportChoice, name: string): Promise<Death> {
  const connection = await guest.connect(transport);
  try {
    const { death } = await answered(() => connection.request('deaths/explain', { query: name }));
    assert.equal(death.verdict.cause, 'stop.ignored', death.verdict.headline);
    assert.ok(death.verdict.complete);
    say(`  ${name}: ${death.verdict.certainty}, ${death.verdict.headline}`);
    return death;
  } finally {
    connection.dispose();
  }
}

async function uninstall(guest: Guest): Promise<void> {
  const link = await guest.link('openssh');
  try {
    const facts = parseHostFacts((await runScript(link, FACTS_SCRIPT)).stdout);
    assert.equal(facts.installed, NEWER);
    assert.equal(facts.isMember, true);
    say(`removal of ${facts.installed}`);
    const { status, text } = await guest.type(link, onTerminal(uninstallLine(facts, true)));
    for (const line of text.split(/\r?\n/)) if (line.trim() !== '') say(`  | ${line}`);
    assert.equal(status, 0, text);
  } finally {
    link.close();
  }
  const left = await guest.root(
    'ls -d /opt/inquest* /usr/local/bin/inquest* /etc/inquest* /var/lib/inquest* /run/inquest* /sys/fs/bpf/* ' +
      '/etc/systemd/system/inquest.service /etc/systemd/system/*.wants/inquest.service ' +
      '/sys/fs/cgroup/system.slice/inquest.service 2>/dev/null; getent group inquest; ' +
      'systemctl list-units --all --no-legend "inquest.*"; true',
  );
  assert.equal(left, '', 'nothing is left');
  say('  nothing is left: files, unit, group, pins, cgroup');
}

async function answered<T>(ask: () => Promise<T>): Promise<T> {
  const result: { value?: T } = {};
  await until('an answer', async () => {
    result.value = await ask();
    return true;
  });
  const { value } = result;
  if (value === undefined) throw new Error('no answer');
  return value;
}

async function until(what: string, ask: () => Promise<boolean>): Promise<void> {
  const end = performance.now() + ANSWER_MS;
  let last = '';
  while (performance.now() < end) {
    try {
      if (await ask()) return;
    } catch (error) {
      last = messageOf(error);
      log.push(last);
    }
    await sleep(ASK_EVERY_MS);
  }
  throw new Error(`${what} did not come within ${String(ANSWER_MS / 1_000)} s: ${last}`);
}

const over = new AbortController();
try {
  const [kernel] = chosenKernels(process.argv.slice(2));
  if (kernel === undefined) throw new Error('no kernel in the matrix');
  const architecture = chosenArchitecture(undefined);
  const image = await imageFor(kernel, architecture);
  await ok('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'lab', '-f', join(folder, 'key')]);
  const labDisk = join(folder, 'guest.img');
  await writeGuestDisk(labDisk, join(folder, 'key.pub'));
  const sshPort = await freePort();
  const consoleFile = join(consoles, 'service.log');
  const boot = { image, architecture, labDisk, only: [], consoleFile, sshPort, signal: over.signal };
  const machine = runMachine(boot, TIMEOUT_MS);
  const guest = new Guest(folder, sshPort, (line) => log.push(line));
  const died = machine.then(() => {
    if (!over.signal.aborted) throw new Error(`the virtual machine ended; its console is in ${consoleFile}`);
  });
  try {
    const bundles = await packBundles(folder);
    await Promise.race([guest.untilUp(over.signal), died]);
    say(`${image.release}, systemd ${await guest.root('systemctl --version | head -n 1 | cut -d " " -f 2')}: up`);
    await Promise.race([prove(guest, bundles), died]);
    say('all of it is right');
  } catch (error) {
    const journal = await guest.root('journalctl -u inquest --no-pager | tail -n 40').catch(messageOf);
    process.stderr.write(`${journal}\n${log.slice(-20).join('\n')}\n`);
    throw error;
  } finally {
    over.abort();
    await died.catch((error: unknown) => log.push(messageOf(error)));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
