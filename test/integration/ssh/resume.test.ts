import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ChangedParams } from '../../../agent/domain/protocol.ts';
import type { HostConnection, HostState } from '../../../extension/hosts/index.ts';
import type { FakeAgent } from '../../support/fake-agent.ts';
import { GALLERY } from '../../support/death-gallery.ts';
import { waitFor } from '../../support/process-tree.ts';
import { sshdUnavailable, SshLab, type Sshd } from '../../support/sshd.ts';
import { agentIn, connectionTo, TRANSPORTS } from './harness.ts';

const TIMEOUT_MS = 15_000;

for (const transport of TRANSPORTS) {
  describe(`a connection that is cut, by ${transport}`, { skip: sshdUnavailable() }, () => {
    let lab: SshLab;
    let agent: FakeAgent;
    let server: Sshd;

    before(async () => {
      lab = await SshLab.make();
      agent = await agentIn(lab);
      server = await lab.start();
      await lab.trust(server);
      await lab.configure('node', server);
    });

    after(async () => {
      await agent.stop();
      await lab.stop();
    });

    test('comes back by itself, and no change is missed or seen twice', async () => {
      const { connection, person } = connectionTo(lab, 'node', transport);
      const seen: number[] = [];
      const states = recordStates(connection);
      connection.onChange(({ change }: ChangedParams) => {
        seen.push(change);
      });
      const deaths = Object.values(GALLERY).slice(0, 6);
      try {
        await connection.connect();
        await agent.subscribed(1);
        for (const death of deaths.slice(0, 2)) agent.announce(death);
        assert.ok(await waitFor(() => seen.length === 2, TIMEOUT_MS));

        assert.ok(server.cut() > 0, 'there were sessions to cut');
        for (const death of deaths.slice(2, 4)) agent.announce(death);
        await agent.subscribed(2);
        for (const death of deaths.slice(4)) agent.announce(death);
        assert.ok(await waitFor(() => seen.length >= 6, TIMEOUT_MS), JSON.stringify(seen));

        assert.deepEqual(seen, [1, 2, 3, 4, 5, 6]);
        assert.equal(connection.lastChange, 6);
        assert.deepEqual(person.asked, []);
        assert.deepEqual(states.slice(0, 2), ['connecting', 'connected']);
        assert.equal(states[2], 'waiting: connection-lost');
        assert.equal(connection.state.kind, 'connected');
      } finally {
        connection.dispose();
      }
    });
  });
}

function recordStates(connection: HostConnection): string[] {
  const states: string[] = [];
  connection.onState((state: HostState) => {
    states.push('failure' in state ? `${state.kind}: ${state.failure.reason}` : state.kind);
  });
  return states;
}
