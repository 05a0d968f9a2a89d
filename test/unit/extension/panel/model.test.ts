import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { MIB } from '../../../../agent/domain/bytes.ts';
import type { Death } from '../../../../agent/domain/death.ts';
import { US_PER_SECOND } from '../../../../agent/domain/time.ts';
import { explainModel } from '../../../../extension/panel/explain-model.ts';
import { explainMarkdown } from '../../../../extension/panel/markdown.ts';
import { isFromPanel, isPanelState, isToPanel } from '../../../../extension/panel/messages.ts';
import {
  exitErrorDeath,
  killHostDeath,
  oomDeath,
  stopIgnoredDeath,
  unknownDeath,
} from '../../../support/death-gallery.ts';
import { climbingVitals, containerOf, DIED_AT, evidenceOf, mainExit, processOf } from '../../../support/deaths.ts';
import { ACTIVE_MARKUP, markupOf } from '../deaths/support.ts';
import { handledSegfaultDeath, segfaultDeath } from '../../../support/segfault-death.ts';
import { hostileDeath } from '../../../support/hostile-death.ts';

const CONTEXT = { hostId: 'web-1', hostLabel: 'web-1', tier: 'sensitive', now: DIED_AT + 90 * US_PER_SECOND } as const;

function modelOf(death: Death): ReturnType<typeof explainModel> {
  return explainModel(death, CONTEXT);
}

describe('what the panel shows', () => {
  it('begins with the verdict and how sure it is', () => {
    const model = modelOf(oomDeath);
    assert.equal(model.headline, oomDeath.verdict.headline);
    assert.equal(model.certaintyText, 'Certain');
    assert.equal(model.tone, 'error');
    assert.deepEqual(
      model.facts.map(({ label }) => label),
      ['Exit code', 'Died', 'Host', 'Container', 'Image', 'Ran for'],
    );
    assert.equal(modelOf(stopIgnoredDeath).tone, 'warning');
    assert.equal(modelOf(unknownDeath).certainty, 'unknown');
  });

  it('names who did it as a chain from the killer upwards', () => {
    const { actor } = modelOf(killHostDeath);
    const { process, ancestry } = killHostDeath.verdict.actor;
    assert.equal(actor.chain.length, 1 + ancestry.length);
    assert.ok(process !== undefined && actor.chain[0]?.pid.includes(String(process.pid)));
    assert.match(actor.intro, /^A process on the host/);
  });

  it('names who asked the runtime before who carried it out, in the panel and in Markdown', () => {
    const model = modelOf(stopIgnoredDeath);
    const [request] = model.actor.requests;
    assert.equal(model.actor.requests.length, 1);
    assert.match(request?.intro ?? '', /^Asked for by alice, through Docker/);
    assert.equal(request?.chain[0]?.command, 'docker stop shop-api');
    const markdown = explainMarkdown(model);
    assert.ok(markdown.indexOf('Asked for by alice') < markdown.indexOf('The container runtime'));
    assert.equal(modelOf(killHostDeath).actor.requests.length, 0);
  });

  it('shows where a program crashed, each frame once, with what other tools know the place by', () => {
    const model = modelOf(segfaultDeath);
    const frames = model.backtrace?.frames ?? [];
    assert.deepEqual(frames[0], { place: 'pixel_at() at image.c:42', address: 'resizer+0x55d0c0a0', count: 1 });
    assert.equal(frames[1]?.count, 3, 'a recursion is one line');
    const nameless = frames.find(({ place }) => place === 'libpool.so.2+0x8aeec');
    assert.equal(nameless?.address, undefined, 'its place is its address already');
    const markdown = explainMarkdown(model);
    assert.match(markdown, /^1\. .*pixel\\?_at.* `resizer\+0x55d0c0a0`$/m);
    assert.match(markdown, /^3\. .*0x8aeec$/m);
    assert.equal(modelOf(oomDeath).backtrace, undefined);
  });

  it('of a crash that a handler took shows where the signal came, and that a handler ran', () => {
    const model = modelOf(handledSegfaultDeath);
    assert.match(model.headline, /crashed with SIGSEGV.*in pixel_at\(\).*its handler for SIGSEGV then aborted it/);
    assert.deepEqual(
      model.backtrace?.frames.map(({ place }) => place),
      ['pixel_at() at image.c:42', 'resize_rows() at image.c:118', 'main() at main.c:64'],
    );
    assert.deepEqual(model.backtrace.remarks, ['A handler of the program took the fault and then ended it.']);
  });

  it('quotes the line of the log that says why, with the place that it names', () => {
    const { said } = modelOf(exitErrorDeath);
    assert.deepEqual(said, {
      line: "KeyError: 'REPORT_BUCKET'",
      meaning: 'Python: An exception was raised and nothing in the program caught it.',
      place: '/app/report/__main__.py:22',
    });
    assert.equal(modelOf(oomDeath).said, undefined);
    const markdown = explainMarkdown(modelOf(exitErrorDeath), undefined, 'vscode://inquest.inquest/place?host=a&id=b');
    assert.match(markdown, /### What it said\n\n`KeyError: 'REPORT_BUCKET'`\n\nPython: /);
    assert.match(markdown, /\[`\/app\/report\/__main__\.py:22`\]\(<vscode:\/\/inquest\.inquest\/place\?host=a&id=b>\)/);
  });

  it('says whom it hit when that was not the main process', () => {
    assert.match(modelOf(oomDeath).actor.victim ?? '', /worker\.py.*not the main process/);
  });

  it('draws memory up to the death with its limit, and the same as a table', () => {
    const { memory } = modelOf(oomDeath);
    assert.ok(memory?.chart !== undefined);
    assert.equal(memory.chart.points.at(-1)?.seconds, 0);
    assert.ok(memory.chart.ceilingBytes > (memory.chart.limitBytes ?? 0));
    assert.ok(memory.chart.table.length > 3 && memory.chart.table.length <= 13);
    assert.equal(memory.chart.table.at(-1)?.when, 'death');
    assert.match(memory.summary, /of 512 MiB/);
  });

  it('tells what the memory was made of and who had it', () => {
    const { memory } = modelOf(oomDeath);
    assert.ok(memory !== undefined);
    assert.match(memory.sentences.join(' '), /It grew steadily, by about .* Almost all of it \(486 MiB\)/);
    assert.deepEqual(
      memory.parts.map(({ kind, size }) => `${kind} ${size}`),
      ['programs 486 MiB', 'shared 8 MiB', 'kernel 9 MiB', 'cache 4 MiB'],
    );
    const worker = '/usr/local/bin/python3 worker.py --queue invoices';
    assert.deepEqual(memory.processes[0], { name: worker, size: '471 MiB', remark: 'killed' });
    assert.match(explainMarkdown(modelOf(oomDeath)), /\| 21 MiB \| `pdf-render` \|  \|/);
  });

  it('leaves memory out where it had no part', () => {
    const calm = {
      ...killHostDeath,
      vitals: climbingVitals(64 * MIB).map((sample) => ({ ...sample, memoryBytes: MIB })),
    };
    assert.equal(modelOf({ ...calm, evidence: [] }).memory, undefined);
  });

  it('thins out a long curve without losing its peak', () => {
    const vitals = Array.from({ length: 5_000 }, (_, index) => ({
      at: DIED_AT - (5_000 - index) * US_PER_SECOND,
      memoryBytes: index === 2_501 ? 511 * MIB : MIB,
      memoryLimitBytes: 512 * MIB,
    }));
    const { memory } = modelOf({ ...oomDeath, vitals });
    assert.ok(memory?.chart !== undefined && memory.chart.points.length < 300);
    assert.ok(memory.chart.points.some(({ bytes }) => bytes === 511 * MIB));
  });

  it('tells of throttling when it matters', () => {
    const main = processOf(7, ['app'], { nsPid: 1 });
    const withThrottling = (throttledPeriods: number): Death => {
      const data = mainExit(main, { kind: 'exited', code: 1 });
      assert.ok(data.kind === 'process_exit');
      const throttle = { quotaUs: 50_000, periodUs: 100_000, periods: 100, throttledPeriods, throttledUs: 9_000_000 };
      return { ...killHostDeath, evidence: [evidenceOf(0, 'kernel', 'app exited', { ...data, throttle })] };
    };
    assert.match(modelOf(withThrottling(62)).throttling?.summary ?? '', /62 % of its CPU periods, 9\.0 s.*0\.5 CPUs/);
    assert.equal(modelOf(withThrottling(3)).throttling, undefined);
  });

  it('marks the death in the timeline and what is worth reading first', () => {
    const { timeline } = modelOf(oomDeath);
    assert.equal(timeline.filter(({ isDeath }) => isDeath).length, 1);
    assert.equal(timeline.find(({ isDeath }) => isDeath)?.when, 'death');
    assert.ok(timeline.some(({ isTelling }) => !isTelling));
    assert.ok(timeline.some(({ when }) => when.startsWith('−')));
  });

  it('hides what a caller may not see without pretending that it is all', () => {
    const { notes } = explainModel(oomDeath, { ...CONTEXT, tier: 'plain' });
    assert.ok(notes.some((note) => note.includes('hidden from you')));
  });

  it('keeps log lines with their tabs and says what was left out', () => {
    const lines = Array.from({ length: 30 }, (_, index) => ({
      stream: 'stderr' as const,
      text: `a\tline ${String(index)}`,
    }));
    const { log } = modelOf({
      ...oomDeath,
      logTail: { kind: 'log_tail', lines, truncated: true, redactions: 2 },
    });
    assert.equal(log?.lines.length, 20);
    assert.equal(log?.lines.at(-1)?.text, 'a\tline 29');
    assert.deepEqual(log?.remarks, ['10 earlier lines', 'The beginning was cut off.', '2 secrets hidden']);
  });

  it('lets no control or invisible character through, wherever it came from', () => {
    const texts: string[] = [];
    JSON.stringify(modelOf(hostileDeath), (_key, value: unknown) => {
      if (typeof value === 'string') texts.push(value);
      return value;
    });
    assert.ok(texts.length > 20);
    // eslint-disable-next-line no-control-regex -- controls are what must not be there
    for (const text of texts) assert.doesNotMatch(text, /[\u0000-\u0008\u000a-\u001f\u200b\u202e]/);
  });

  it('says in which other container it ran, by its name where that is known', () => {
    for (const [outer, value] of [
      [{ id: 'f'.repeat(64), name: 'kind-worker' }, ['kind-worker', undefined]],
      [{ id: 'f'.repeat(64) }, ['f'.repeat(12), undefined]],
      [{ id: 'f'.repeat(64), outer: { id: 'e'.repeat(64), name: 'ci-runner' } }, ['f'.repeat(12), 'in ci-runner']],
    ] as const) {
      const { facts } = modelOf({ ...oomDeath, container: containerOf('x', { outer }) });
      const row = facts.find(({ label }) => label === 'Runs in');
      assert.deepEqual([row?.value, row?.detail], value);
    }
  });

  it('names restarts and an unknown runtime', () => {
    const container = containerOf('x', { runtime: 'unknown', restartCount: 4, restartPolicy: { name: 'always' } });
    const { facts } = modelOf({ ...oomDeath, container });
    assert.deepEqual(facts.at(-1), { label: 'Restarts', value: '4', detail: 'policy always' });
    assert.ok(facts.some(({ detail }) => detail === 'runtime not known'));
  });
});

describe('Explain Exit as text', () => {
  it('tells everything in the order of the panel', () => {
    const markdown = explainMarkdown(modelOf(oomDeath), 'vscode://inquest.inquest/death?host=web-1&id=x');
    const titles = [...markdown.matchAll(/^### (.*)$/gm)].map(([, title]) => title);
    assert.deepEqual(titles, [
      'Who ended it',
      'Timeline',
      'Memory',
      'What it is not',
      'What to do',
      'Last log lines',
      'Worth knowing',
    ]);
    assert.match(markdown, /docker run --memory 1024m/);
    assert.match(markdown, /<vscode:\/\/inquest\.inquest\/death/);
  });

  it('carries no markup of the container', () => {
    const evil = '[x](command:quit) <img src=x onerror=alert(1)> | ```';
    const death: Death = {
      ...oomDeath,
      container: containerOf(evil, { name: evil, image: evil }),
      verdict: { ...oomDeath.verdict, headline: evil, notes: [evil], advice: [{ text: evil, command: evil }] },
      logTail: { kind: 'log_tail', lines: [{ stream: 'stdout', text: '```\n# out' }], truncated: false, redactions: 0 },
    };
    const markdown = explainMarkdown(modelOf(death));
    assert.doesNotMatch(markupOf(markdown), ACTIVE_MARKUP);
  });
});

describe('messages', () => {
  it('are told from anything else that is posted', () => {
    const model = modelOf(oomDeath);
    for (const message of [
      { type: 'show', model, canAct: true },
      { type: 'loading' },
      { type: 'problem', title: 'a', detail: 'b' },
      { type: 'copied', what: 'x' },
    ]) {
      assert.ok(isToPanel(message));
    }
    for (const message of [
      null,
      'show',
      {},
      { type: 'show' },
      { type: 'problem' },
      { type: 'copied' },
      { type: 'no' },
    ]) {
      assert.ok(!isToPanel(message));
    }
    for (const message of [
      { type: 'ready' },
      { type: 'action', action: 'openLog' },
      { type: 'copyAdvice', index: 0 },
      { type: 'shown', afterMs: 12.5 },
    ]) {
      assert.ok(isFromPanel(message));
    }
    for (const message of [
      undefined,
      {},
      { type: 'action', action: 'rm' },
      { type: 'copyAdvice', index: -1 },
      { type: 'copyAdvice', index: '0' },
      { type: 'shown', afterMs: Number.NaN },
    ]) {
      assert.ok(!isFromPanel(message));
    }
    assert.ok(isPanelState({ hostId: 'a', deathId: 'b' }));
    assert.ok(!isPanelState({ hostId: 'a' }));
  });
});
