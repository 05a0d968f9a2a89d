import { formatBytes, MIB } from '../../domain/bytes.ts';
import type { CollectorState, CollectorStatus } from '../../domain/collector.ts';
import { displayText } from '../../domain/display.ts';
import type { StoreHealth } from '../../domain/health.ts';
import type { Check, CheckState } from './check.ts';
import { fail, ok, warn } from './check.ts';
import type { Facts } from './facts.ts';

const TEXT_LIMIT = 300;
const LITTLE_SPACE_BYTES = 64 * MIB;

export function judgeRuntimes({ runtimes, agent }: Facts): readonly Check[] {
  const collectors = agent.state === 'answers' ? agent.health.collectors.map(judgeCollector) : [];
  const found = runtimes.filter(({ access }) => access !== 'absent');
  if (found.length === 0) {
    return [
      ...collectors,
      warn(
        'runtimes',
        'Runtimes',
        'No socket of Docker, containerd, CRI-O or Podman was found: containers are known by their ids only.',
        'Start the runtime, or name its socket: --docker, --podman, --cri, --containerd.',
      ),
    ];
  }
  const names = found.map(
    ({ name, socket, access }) =>
      `${name} (${displayText(socket, TEXT_LIMIT)}${access === 'denied' ? ', not for you' : ''})`,
  );
  return [...collectors, ok('runtimes', 'Runtimes', names.join(', '))];
}

const COLLECTOR_STATE: Readonly<Record<CollectorState, CheckState>> = {
  starting: 'ok',
  running: 'ok',
  absent: 'ok',
  retrying: 'warn',
  stopped: 'warn',
  failed: 'warn',
};

function judgeCollector({ name, state, detail, peer }: CollectorStatus): Check {
  const more = [peer, detail].filter((text) => text !== undefined).map((text) => displayText(text, TEXT_LIMIT));
  const said = more.length === 0 ? state : `${state}: ${more.join('; ')}`;
  const title = `Source ${name}`;
  const id = `collector.${name}`;
  if (COLLECTOR_STATE[state] === 'ok') return ok(id, title, said);
  // Without the kernel's records there is no verdict; every other source only adds to them.
  if (name === 'kernel') return fail(id, title, said, 'Look at the agent’s own log: journalctl -u inquest');
  return warn(id, title, said, 'The agent tries again by itself. Verdicts have less evidence until then.');
}

export function judgeStore({ store, agent }: Facts): readonly Check[] {
  if (agent.state === 'answers') return [judgeOwnStore(agent.health.store)];
  const { path, access, freeBytes } = store;
  const title = 'Store';
  const free = freeBytes === undefined ? '' : `, ${formatBytes(freeBytes)} free`;
  if (freeBytes !== undefined && freeBytes < LITTLE_SPACE_BYTES) {
    return [
      warn('store', title, `${path}${free}: that is little.`, 'Make room, or put the store elsewhere with --data.'),
    ];
  }
  switch (access) {
    case 'writable':
      return [ok('store', title, `${path}${free}`)];
    case 'absent':
      return [ok('store', title, `${path} will be made${free}`)];
    case 'denied':
      return [
        warn(
          'store',
          title,
          `This user may not write to ${path}.`,
          'The agent runs as root. Look again with: sudo inquest doctor',
        ),
      ];
  }
}

function judgeOwnStore({ path, deaths, bytes, problem }: StoreHealth): Check {
  const about = `${displayText(path, TEXT_LIMIT)}, ${deaths.toLocaleString('en-US')} deaths in ${formatBytes(bytes)}`;
  if (problem === undefined) return ok('store', 'Store', about);
  return fail(
    'store',
    'Store',
    `${about}: ${displayText(problem, TEXT_LIMIT)}`,
    'Deaths wait in memory. Make room on its file system or repair it; nothing has to be restarted.',
  );
}
