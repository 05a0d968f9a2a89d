import assert from 'node:assert/strict';
import { test } from 'node:test';
import { InquestError } from '../../../agent/domain/errors.ts';
import type { Actor, Death } from '../../../agent/domain/death.ts';
import { CAUSE_IDS } from '../../../agent/domain/causes.ts';
import { renderActor } from '../../../agent/cli/render/actor.ts';
import { CAUSE_WORDS } from '../../../agent/domain/cause-words.ts';
import { causeStyle } from '../../../agent/cli/render/styles.ts';
import { renderError, toErrorReport } from '../../../agent/cli/render/error.ts';
import { renderExplain } from '../../../agent/cli/render/explain.ts';
import { renderFacts } from '../../../agent/cli/render/facts.ts';
import { listedOf, renderWatchLine } from '../../../agent/cli/render/list.ts';
import { memoryFigures } from '../../../agent/domain/memory-figures.ts';
import { renderMemory } from '../../../agent/cli/render/memory.ts';
import { chooseTelling, collapse } from '../../../agent/domain/timeline.ts';
import { TIMELINE_LINES } from '../../../agent/cli/render/timeline.ts';
import { exitWords } from '../../../agent/domain/death-words.ts';
import type { Look } from '../../../agent/cli/text/look.ts';
import { MIB } from '../../../agent/domain/bytes.ts';
import { killHostDeath, oomDeath, stopIgnoredDeath, unknownDeath } from '../../support/death-gallery.ts';
import { climbingVitals, containerOf, DIED_AT, evidenceOf, processOf, signalSent } from '../../support/deaths.ts';

const LOOK: Look = { columns: 100, color: false, unicode: true, now: DIED_AT + 60_000_000, timeZone: 'UTC' };

function withActor(actor: Actor): Death {
  return { ...killHostDeath, verdict: { ...killHostDeath.verdict, actor } };
}

test('repeats in a row become one line, and what is least telling goes first', () => {
  const main = processOf(7, ['app'], { nsPid: 1 });
  const noise = Array.from({ length: 20 }, (_, index) =>
    evidenceOf(-2_000 + index, 'kernel', `sh ${String(index)} started`, {
      kind: 'process_exec',
      process: main,
      isMain: false,
      filename: '/bin/sh',
    }),
  );
  const signals = Array.from({ length: 3 }, (_, index) =>
    evidenceOf(-9_000 + index, 'kernel', 'SIGTERM from runc', signalSent(main, 15)),
  );
  const entries = collapse([...noise, ...signals]);
  assert.deepEqual(
    entries.filter(({ count }) => count > 1).map(({ count, evidence }) => [count, evidence.text]),
    [[3, 'SIGTERM from runc']],
  );
  const chosen = chooseTelling(entries, DIED_AT, TIMELINE_LINES);
  assert.equal(chosen.length, TIMELINE_LINES);
  assert.equal(chosen[0]?.evidence.text, 'SIGTERM from runc');
  assert.equal(chosen.at(-1)?.evidence.text, 'sh 19 started');
});

test('every kind of evidence has its place in the timeline', () => {
  const main = processOf(7, ['app'], { nsPid: 1 });
  const texts = [
    evidenceOf(-90, 'docker', 'unhealthy', { kind: 'runtime_event', action: 'health_status', health: 'unhealthy' }),
    evidenceOf(-80, 'docker', 'paused', { kind: 'runtime_event', action: 'pause' }),
    evidenceOf(-70, 'kernel', 'window size', signalSent(main, 28)),
    evidenceOf(-60, 'kernel', 'child hit', signalSent(main, 9, { targetIsMain: false })),
    evidenceOf(-50, 'kernel', 'handler ran', { kind: 'signal_received', signal: 15, process: main, isMain: true }),
    evidenceOf(-40, 'agent', 'docker lost', { kind: 'runtime_connection', state: 'lost' }),
    evidenceOf(-10, 'cgroup', 'samples', { kind: 'vitals', samples: [] }),
  ];
  const chosen = chooseTelling(collapse(texts), DIED_AT, 10).map(({ evidence }) => evidence.text);
  assert.deepEqual(chosen, ['unhealthy', 'paused', 'window size', 'child hit', 'handler ran', 'docker lost']);
  const shortest = chooseTelling(collapse(texts), DIED_AT, 4).map(({ evidence }) => evidence.text);
  assert.deepEqual(shortest, ['unhealthy', 'child hit', 'handler ran', 'docker lost']);
});

test('each kind of actor is told in words', () => {
  const process = processOf(9, ['worker'], { uid: 1_000, loginUid: 1_001, nsPid: 12 });
  const words = (actor: Actor): string => renderActor(withActor(actor), LOOK, false).join(' ');
  assert.match(words({ kind: 'kernel', ancestry: [] }), /^The kernel$/);
  assert.match(words({ kind: 'orchestrator', ancestry: [] }), /^Kubernetes$/);
  assert.match(
    words({ kind: 'inside', process, ancestry: [] }),
    /same container: worker {2}pid 9 {2}uid 1000, logged in as uid 1001/,
  );
  assert.match(
    words({ kind: 'container', process, ancestry: [], containerId: 'abcdef0123456789' }),
    /container, abcdef012345/,
  );
  assert.match(words({ kind: 'container', ancestry: [] }), /^A process of another container$/);
  assert.match(words({ kind: 'runtime', ancestry: [] }), /^The container runtime, on request$/);
  const { verdict, ...death } = withActor({ kind: 'runtime', ancestry: [] });
  const notStarted = { ...death, verdict: { ...verdict, cause: 'start.not-found' } } as const;
  assert.match(renderActor(notStarted, LOOK, false).join(' '), /^Nobody: the container runtime could not start it$/);
  assert.match(words({ kind: 'unknown', ancestry: [] }), /^Not known$/);
});

test('who asked the runtime is told in place of its helper; with --all that one as well', () => {
  const docker = processOf(9, ['docker', 'stop', 'web'], { uid: 1_000, user: 'alice' });
  const candidate = { at: DIED_AT, runtime: 'docker', action: 'stop', process: docker, ancestry: [] } as const;
  const asked = (certainty: 'certain' | 'possible', all: boolean): string => {
    const requester = { certainty, candidates: [candidate] };
    const actor: Actor = { kind: 'runtime', process: processOf(8, ['runc', 'kill']), ancestry: [], requester };
    return renderActor(withActor(actor), LOOK, all).join(' ');
  };
  assert.match(asked('certain', false), /^Asked for by alice, through Docker: docker stop web {2}pid 9/);
  assert.match(asked('possible', false), /^May have asked for it: alice, through Docker:/);
  assert.doesNotMatch(asked('certain', false), /runc/);
  assert.match(asked('certain', true), /Carried out by: The container runtime, on request: runc kill/);
});

test('a long ancestry is cut with a word on how to see the rest', () => {
  const parents = Array.from({ length: 20 }, (_, index) => processOf(100 + index, [`parent-${String(index)}`]));
  const death = withActor({ kind: 'host', process: processOf(9, ['kill', '-9', '7']), ancestry: parents });
  assert.match(renderActor(death, LOOK, false).at(-1) ?? '', /12 more parents; --all shows them/);
  assert.match(renderActor(death, LOOK, true).at(-1) ?? '', /parent-19/);
});

test('arguments that were cut where they were recorded say so', () => {
  const process = processOf(9, ['java', '-Xmx2g'], { argvTruncated: true });
  assert.match(
    renderActor(withActor({ kind: 'host', process, ancestry: [] }), LOOK, false).join('\n'),
    /java -Xmx2g …/,
  );
  const { argv: _, ...hidden } = process;
  assert.match(
    renderActor(withActor({ kind: 'host', process: hidden, ancestry: [] }), LOOK, false).join('\n'),
    /^java /m,
  );
});

test('a container in a container says in which, out to the machine', () => {
  const outer = { id: 'f'.repeat(64), outer: { id: 'e'.repeat(64), name: 'ci-runner' } };
  const lines = renderFacts({ ...oomDeath, container: containerOf('x', { outer }) }, LOOK);
  assert.ok(lines.includes('Runs in    ffffffffffff · in ci-runner · eeeeeeeeeeee'), lines.join('\n'));
});

test('exit codes are never more than what was seen', () => {
  assert.equal(exitWords(undefined, 'docker'), 'not seen by anybody');
  assert.equal(exitWords({ kind: 'exited', code: 0 }, 'docker'), '0 · success');
  assert.equal(
    exitWords({ kind: 'exited', code: 137 }, 'docker'),
    '137 · the main process ended with this code by itself, not by a signal',
  );
  assert.match(exitWords({ kind: 'reported', code: 137 }, 'unknown'), /as the runtime reports it; nobody saw/);
  assert.equal(exitWords({ kind: 'signaled', signal: 40, coreDumped: false }, 'docker'), '168 · ended by SIGRTMIN+6');
});

test('memory is shown where it had a part in the death, from the best source there is', () => {
  assert.deepEqual(memoryFigures(oomDeath), { peakBytes: 512 * MIB, limitBytes: 512 * MIB, level: undefined });
  assert.deepEqual(renderMemory(killHostDeath, LOOK), []);
  assert.deepEqual(renderMemory(stopIgnoredDeath, LOOK), []);
  const sampled: Death = { ...stopIgnoredDeath, evidence: [], vitals: climbingVitals(64 * MIB) };
  assert.match(renderMemory(sampled, LOOK)[0] ?? '', /peak 64 MiB of 64 MiB \(100 %\)/);
});

test('a limit above the container is named, and no limit is said to be none', () => {
  const process = processOf(9, ['app']);
  const oom = (
    levels: readonly { name: string; isContainer: boolean; limitBytes?: number; reachedLimit: boolean }[],
  ): Death => ({
    ...oomDeath,
    vitals: [],
    evidence: [
      evidenceOf(-3, 'kernel', 'oom', {
        kind: 'oom_kill',
        victim: process,
        victimIsMain: true,
        trigger: process,
        levels: levels.map((level) => ({ ...level, isNested: false, usageBytes: 90 * MIB })),
      }),
    ],
  });
  const container = { name: 'abc', isContainer: true, reachedLimit: false };
  const pod = { name: 'kubepods-pod1.slice', isContainer: false, limitBytes: 100 * MIB, reachedLimit: true };
  const [line, whose] = renderMemory(oom([container, pod]), LOOK);
  assert.match(line ?? '', /90 MiB of 100 MiB \(90 %\)/);
  assert.equal(whose, 'The limit is that of kubepods-pod1.slice.');
  assert.deepEqual(renderMemory(oom([container]), LOOK), ['peak 90 MiB, no limit']);
  assert.deepEqual(renderMemory(oom([]), LOOK), []);
});

test('what may be missing is said clearly', () => {
  const text = renderExplain({ ...unknownDeath, origin: 'recovered' }, LOOK, { all: false, tier: 'plain' }).join('\n');
  assert.match(text, /Not known · incomplete evidence/);
  assert.match(text, /evidence is incomplete/);
  assert.match(text, /kernel kept the records/);
  assert.match(text, /hidden from you/);
  assert.match(text, /first verdict was another one \(possible\)/);
});

test('every cause has words for a column and a colour', () => {
  for (const cause of CAUSE_IDS) {
    assert.ok(CAUSE_WORDS[cause].length <= 19, cause);
    assert.ok(['dim', 'caution', 'bad'].includes(causeStyle(cause)));
  }
});

test('a revised death says so in watch', () => {
  const line = renderWatchLine({ ...listedOf(killHostDeath), revision: 2 }, { ...LOOK, columns: undefined });
  assert.match(line, /revised: alice killed/);
});

test('errors say what to do, line by line, and as one JSON object', () => {
  const error = new InquestError('no-permission', 'You may not.', { next: 'usermod\nlog in again' });
  assert.deepEqual(renderError(error, LOOK), ['inquest: You may not.', '         usermod', '         log in again']);
  assert.deepEqual(toErrorReport(new Error('odd')), { error: { reason: 'system', message: 'odd', next: null } });
});
