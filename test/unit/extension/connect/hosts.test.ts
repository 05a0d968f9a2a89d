import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { ChangedParams } from '../../../../agent/domain/protocol.ts';
import { fixOf, hostRow } from '../../../../extension/connect/host-row.ts';
import { HostRegistry } from '../../../../extension/connect/host-registry.ts';
import { deathsState, statusBar } from '../../../../extension/connect/states.ts';
import type { HostConnection } from '../../../../extension/hosts/host-connection.ts';
import { HostError } from '../../../../extension/hosts/failure.ts';
import type { HostFailure } from '../../../../extension/hosts/failure.ts';
import type { HostState } from '../../../../extension/hosts/state.ts';
import { readSettings } from '../../../../extension/settings/read.ts';
import { readHosts } from '../../../../extension/settings/read-hosts.ts';
import type { ConfiguredHost, HostsSettings } from '../../../../extension/settings/read-hosts.ts';

const BASE: HostsSettings = {
  hosts: [],
  localAgent: 'auto',
  localSocket: '',
  sshTransport: 'auto',
  sshPath: '',
  kubectlPath: '',
  sshConfigFile: '',
};

const CONNECTED: HostState = {
  kind: 'connected',
  hello: {
    protocolVersion: 1,
    agentVersion: '0.1.0',
    host: 'node-7',
    bootId: 'boot',
    capabilities: [],
    tier: 'plain',
  },
  transport: 'openssh',
  route: 'forward',
  since: 0,
};
const NOT_RUNNING: HostFailure = { reason: 'agent-not-running', host: 'web', socket: '/run/x' };
const NO_PERMISSION: HostFailure = {
  reason: 'no-permission-on-socket',
  host: 'web',
  user: 'alice',
  group: 'inquest',
  socket: '/run/x',
  sudo: 'not-used',
};

function failed(failure: HostFailure): HostState {
  return { kind: 'failed', failure };
}

describe('hosts of the settings', () => {
  it('are names or objects, with the settings of all hosts where they have none of their own', () => {
    const { hosts, problems } = readHosts(
      {
        ...BASE,
        hosts: [
          'web-1',
          { host: 'root@db', label: 'Database', transport: 'ssh2', route: 'dial-stdio', sudo: true, socket: '/s' },
          'web-1',
        ],
        sshTransport: 'openssh',
        sshPath: '/opt/ssh',
        sshConfigFile: '/opt/config',
      },
      false,
    );
    assert.deepEqual(problems, []);
    assert.deepEqual(
      hosts.map(({ id, label }) => [id, label]),
      [
        ['web-1', 'web-1'],
        ['root@db', 'Database'],
      ],
    );
    assert.equal(hosts[0]?.settings.transport, 'openssh');
    assert.equal(hosts[0]?.settings.sshPath, '/opt/ssh');
    assert.equal(hosts[0]?.settings.sshConfigFile, '/opt/config');
    const { transport, route, sudo, socket } = hosts[1]?.settings ?? {};
    assert.deepEqual(
      { transport, route, sudo, socket },
      { transport: 'ssh2', route: 'dial-stdio', sudo: true, socket: '/s' },
    );
  });

  it('cannot smuggle in an option of ssh, or what is no host', () => {
    const { hosts, problems } = readHosts(
      { ...BASE, hosts: ['-oProxyCommand=touch x', '', 7, null, { label: 'x' }, 'a\u202eb', 'x'.repeat(300)] },
      false,
    );
    assert.deepEqual(hosts, []);
    assert.equal(problems.length, 7);
  });

  it('include this machine when an agent is there, unless switched off', () => {
    const ids = (settings: HostsSettings, hasAgent: boolean): readonly string[] =>
      readHosts(settings, hasAgent).hosts.map(({ id }) => id);
    assert.deepEqual(ids({ ...BASE, hosts: ['web'] }, true), ['local', 'web']);
    assert.deepEqual(ids(BASE, false), []);
    assert.deepEqual(ids({ ...BASE, localAgent: 'off' }, true), []);
    const { hosts } = readHosts({ ...BASE, hosts: ['local'], localAgent: 'off', localSocket: '/tmp/a.sock' }, false);
    assert.equal(hosts[0]?.settings.socket, '/tmp/a.sock');
    assert.equal(hosts[0].label, 'This machine');
  });

  it('fall back to what is allowed when a person wrote something else', () => {
    const written: Record<string, unknown> = {
      'inquest.notifications': 'loud',
      'inquest.ssh.transport': 'telnet',
      'inquest.ssh.path': 7,
      'inquest.hover.enabled': false,
    };
    const settings = readSettings({ get: (key) => written[key] });
    assert.equal(settings.notifications, 'unexpected');
    assert.equal(settings.sshTransport, 'auto');
    assert.equal(settings.sshPath, '');
    assert.equal(settings.hover, false);
    assert.equal(settings.statusBar, true);
  });
});

describe('what the views say about hosts', () => {
  it('depends on the best of them', () => {
    const state = (states: readonly HostState[], shown = 0, isFiltered = false, isLoaded = true): string =>
      deathsState({ states, isLoaded, shown, isFiltered });
    assert.equal(state([]), 'noHost');
    assert.equal(state([{ kind: 'idle' }]), 'disconnected');
    assert.equal(state([{ kind: 'connecting', attended: false }, failed(NOT_RUNNING)]), 'connecting');
    assert.equal(state([failed(NOT_RUNNING)]), 'agentStopped');
    assert.equal(state([failed(NOT_RUNNING), failed(NO_PERMISSION)]), 'noPermission');
    assert.equal(
      state([failed({ reason: 'agent-not-installed', host: 'a', socket: 'b', command: 'c' })]),
      'agentMissing',
    );
    assert.equal(state([failed({ reason: 'agent-too-old', host: 'a' })]), 'agentTooOld');
    assert.equal(state([failed({ reason: 'no-such-host', host: 'a' })]), 'unreachable');
    assert.equal(state([failed(NOT_RUNNING), CONNECTED]), 'empty');
    assert.equal(state([CONNECTED], 0, false, false), 'loading');
    assert.equal(state([CONNECTED], 0, true), 'filteredEmpty');
    assert.equal(state([failed(NOT_RUNNING)], 3), 'ready');
  });

  it('stands in the status bar in a few characters', () => {
    assert.equal(statusBar([], 3), undefined);
    assert.equal(statusBar([CONNECTED], 0)?.text, '$(pulse)');
    assert.equal(statusBar([CONNECTED], 3)?.text, '$(pulse) 3');
    assert.match(statusBar([CONNECTED, failed(NOT_RUNNING)], 3)?.text ?? '', /^\$\(warning\) 3/);
    assert.equal(statusBar([failed(NOT_RUNNING)], 0)?.isWarning, true);
    assert.match(statusBar([{ kind: 'connecting', attended: false }], 0)?.text ?? '', /sync~spin/);
    assert.match(statusBar([{ kind: 'idle' }], 0)?.text ?? '', /disconnect/);
    assert.match(statusBar([CONNECTED], 1)?.tooltip ?? '', /1 unseen death\n1 of 1 hosts connected/);
  });

  it('names the failure of a host, its next step, and the exact line that mends it', () => {
    const row = hostRow('web', 'web', failed(NO_PERMISSION));
    assert.equal(row.description, 'no permission');
    assert.match(row.tooltip, /alice may not use the agent/);
    assert.match(row.tooltip, /sudo usermod -aG inquest alice/);
    assert.equal(row.contextValue, 'host.failed.fixable');
    assert.equal(fixOf(failed(NO_PERMISSION)), 'sudo usermod -aG inquest alice');
    assert.equal(fixOf(CONNECTED), undefined);
    const waiting = hostRow('web', 'web', {
      kind: 'waiting',
      failure: { reason: 'no-such-host', host: 'web' },
      retryAt: 0,
    });
    assert.equal(waiting.contextValue, 'host.failed');
    const missing = failed({ reason: 'agent-not-installed', host: 'web', socket: '/s', command: 'inquest' });
    assert.equal(hostRow('web', 'web', missing).contextValue, 'host.failed.missing', 'offers to install it');
    assert.equal(
      hostRow('web', 'web', failed({ reason: 'agent-too-old', host: 'web' })).contextValue,
      'host.failed.old',
    );
    assert.equal(waiting.icon, 'warning');
  });

  it('says how a host is reached, and that a plain tier hides something', () => {
    const row = hostRow('Web', 'web', CONNECTED);
    assert.equal(row.description, 'openssh · forward');
    assert.match(row.tooltip, /hidden from you/);
    assert.equal(hostRow('a', 'a', { kind: 'idle' }).contextValue, 'host.idle');
    assert.equal(hostRow('a', 'a', { kind: 'connecting', attended: true }).contextValue, 'host.connecting');
  });

  it('lets no host name become markup', () => {
    const { tooltip } = hostRow('[x](command:y)', '<img src=x>', CONNECTED);
    assert.doesNotMatch(tooltip.replaceAll(/`[^`]*`/g, ''), /(?<!\\)\]\(|(?<!\\)<img/);
  });
});

class FakeConnection implements HostConnection {
  readonly settings;
  state: HostState = { kind: 'idle' };
  readonly lastChange = undefined;
  readonly asked: (boolean | undefined)[] = [];
  disposed = false;
  readonly #stateListeners: ((state: HostState) => void)[] = [];
  readonly #changeListeners: ((change: ChangedParams) => void | Promise<void>)[] = [];

  constructor({ settings }: ConfiguredHost) {
    this.settings = settings;
  }

  connect(options?: { readonly attended?: boolean }): Promise<void> {
    this.asked.push(options?.attended);
    return Promise.reject(new HostError(NOT_RUNNING));
  }

  disconnect(): void {
    this.become({ kind: 'idle' });
  }

  request(): Promise<never> {
    return Promise.reject(new HostError(NOT_RUNNING));
  }

  onState(listener: (state: HostState) => void): () => void {
    this.#stateListeners.push(listener);
    return () => undefined;
  }

  onChange(listener: (change: ChangedParams) => Promise<void> | void): () => void {
    this.#changeListeners.push(listener);
    return () => undefined;
  }

  dispose(): void {
    this.disposed = true;
  }

  become(state: HostState): void {
    this.state = state;
    for (const listener of this.#stateListeners) listener(state);
  }
}

describe('the registry', () => {
  const host = (id: string, label = id): ConfiguredHost => {
    const [found] = readHosts({ ...BASE, hosts: [{ host: id, label }] }, false).hosts;
    assert.ok(found !== undefined);
    return found;
  };

  it('keeps connections whose settings stay, ends the others, and never asks anybody by itself', () => {
    const made: FakeConnection[] = [];
    const removed: string[] = [];
    const states: string[] = [];
    const registry = new HostRegistry({
      onState: (known, state) => states.push(`${known.host.id} ${state.kind}`),
      onChange: () => undefined,
      onHosts: (gone) => removed.push(...gone.map(({ id }) => id)),
    });
    const create = (configured: ConfiguredHost): HostConnection => {
      const connection = new FakeConnection(configured);
      made.push(connection);
      return connection;
    };
    registry.configure([host('a'), host('b')], create);
    assert.deepEqual(
      made.map(({ asked }) => asked),
      [[false], [false]],
    );
    registry.configure([host('b'), host('c')], create);
    assert.deepEqual(removed, ['a']);
    assert.deepEqual(
      made.map(({ disposed }) => disposed),
      [true, false, false],
    );
    registry.configure([host('b', 'Beta'), host('c')], create);
    assert.equal(registry.labelOf('b'), 'Beta');
    assert.equal(registry.labelOf('unknown'), 'unknown');
    assert.equal(made[1]?.disposed, true, 'a changed host is connected anew');
    made[3]?.become(CONNECTED);
    assert.deepEqual(states, ['b connected']);
    assert.deepEqual(
      registry.connected().map((known) => known.host.id),
      ['b'],
    );
    made[3]?.become(failed(NOT_RUNNING));
    made[3]?.become({ kind: 'connecting', attended: false });
    assert.equal(registry.get('b')?.state.kind, 'failed', 'a quiet attempt does not hide the reason');
    made[3]?.become({ kind: 'connecting', attended: true });
    assert.equal(registry.get('b')?.state.kind, 'connecting');
    made[3]?.become(CONNECTED);
    assert.equal(registry.get('b')?.state.kind, 'connected');
    registry.dispose();
    assert.ok(made.every(({ disposed }) => disposed));
  });
});
