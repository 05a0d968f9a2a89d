import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { reachAgent } from '../../../../extension/hosts/remote/reach-agent.ts';
import { DEFAULT_HOST_SETTINGS } from '../../../../extension/hosts/settings.ts';
import type { HostLink } from '../../../../extension/hosts/transport.ts';
import { startFakeAgent } from '../../../support/fake-agent.ts';

const quiet = (): undefined => undefined;
const IDENTITY = { clientName: 'test', clientVersion: '0.1.0', timeoutMs: 5_000 };

/** A link whose first connection comes before the agent listens, and the look at the host after that. */
function linkTo(socket: string, opened: string[], facts: 'usable' | 'absent' = 'usable'): HostLink {
  return {
    open: (route) => {
      opened.push(route);
      if (opened.length === 1) return Promise.reject(new Error('connect ENOENT'));
      const stream = connect({ path: socket });
      return Promise.resolve({ readable: stream, writable: stream });
    },
    facts: () => Promise.resolve({ user: 'me', socket: facts, group: undefined, hasCommand: false }),
    answers: () => Promise.resolve(false),
    execute: () => Promise.reject(new Error('nothing runs here')),
    lastWords: () => '',
    close: quiet,
  };
}

test('an agent that starts while a host is looked at is reached, not taken for one whose socket is not forwarded', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'reach-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const agent = await startFakeAgent({ socket: join(folder, 'agent.sock') });
  t.after(() => agent.stop());
  const opened: string[] = [];
  const log = { debug: quiet, info: quiet, warn: quiet };
  const { client, route } = await reachAgent(linkTo(agent.socket, opened), DEFAULT_HOST_SETTINGS, IDENTITY, log);
  client.close();
  assert.equal(route, 'forward');
  assert.deepEqual(opened, ['forward', 'forward']);
});

test('a socket that is not there is not tried twice', async () => {
  const opened: string[] = [];
  const log = { debug: quiet, info: quiet, warn: quiet };
  await assert.rejects(
    reachAgent(linkTo('/nowhere', opened, 'absent'), DEFAULT_HOST_SETTINGS, IDENTITY, log),
    /agent-not-installed/,
  );
  assert.deepEqual(opened, ['forward']);
});
