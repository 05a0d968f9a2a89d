import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { base32, deathId } from '../../../agent/daemon/death-id.ts';
import { DEATH_ID } from '../../../agent/domain/death.ts';
import { CaseFile } from '../../../agent/explain/case-file.ts';
import { gatherFacts } from '../../../agent/explain/facts.ts';
import type { Evidence } from '../../../agent/domain/evidence.ts';

const MACHINE = { machineId: 'm1', bootId: 'b1', host: 'h' };
const ID = 'c'.repeat(64);
const T = 1_790_000_000_000_000;

function idOf(run: string, evidence: readonly Evidence[], machine = MACHINE): string {
  const file = new CaseFile({ containerId: ID, run, at: T, seenFromStart: true, origin: 'witnessed' });
  for (const item of evidence) file.add(item);
  const container = { id: ID, source: 'kernel', runtime: 'docker', labels: {} } as const;
  return deathId(machine, file, gatherFacts(file.view(container, true)));
}

function exit(startSinceBootUs: number, startedAt: number): Evidence {
  return {
    at: T + 5,
    source: 'kernel',
    containerId: ID,
    data: {
      kind: 'process_exit',
      process: { pid: 7, startedAt, startSinceBootUs, comm: 'sh' },
      isMain: true,
      status: { kind: 'exited', code: 0 },
      maxRssBytes: 0,
      cpuTimeUs: 0,
    },
  };
}

test('base32 is that of RFC 4648, in lower case and without padding', () => {
  const vectors = { f: 'my', fo: 'mzxq', foo: 'mzxw6', foob: 'mzxw6yq', fooba: 'mzxw6ytb', foobar: 'mzxw6ytboi' };
  for (const [text, expected] of Object.entries(vectors)) assert.equal(base32(Buffer.from(text)), expected);
});

test('an id is what its definition says', () => {
  const digest = createHash('sha256').update(['m1', 'b1', ID, '1234567'].join('\0')).digest();
  assert.equal(idOf('42', [exit(1_234_567, T)]), base32(digest).slice(0, 26));
});

test('the same death has the same id whatever the wall clock said', () => {
  const id = idOf('42', [exit(1_234_567, T)]);
  assert.match(id, DEATH_ID);
  assert.equal(idOf('42', [exit(1_234_567, T + 999)]), id);
});

test('another start, boot or machine is another death', () => {
  const ids = new Set([
    idOf('42', [exit(1, T)]),
    idOf('42', [exit(2, T)]),
    idOf('42', [exit(1, T)], { ...MACHINE, bootId: 'b2' }),
    idOf('42', [exit(1, T)], { ...MACHINE, machineId: 'm2' }),
  ]);
  assert.equal(ids.size, 4);
});

test('a container whose program never ran is told by its cgroup, or by what the runtime keeps', () => {
  assert.equal(idOf('42', []), idOf('42', []));
  assert.notEqual(idOf('42', []), idOf('43', []));
  const state = (startedAt: number): Evidence => ({
    at: T,
    source: 'docker',
    containerId: ID,
    data: { kind: 'runtime_state', running: false, exitCode: 1, startedAt },
  });
  assert.equal(idOf('reconciled:1', [state(T)]), idOf('reconciled:2', [state(T)]));
  assert.notEqual(idOf('reconciled:1', [state(T)]), idOf('reconciled:1', [state(T + 1)]));
});
