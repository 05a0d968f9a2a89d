import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GALLERY } from '../support/death-gallery.ts';
import { containerOf, deathId } from '../support/deaths.ts';
import { editorUnavailable } from '../support/editor.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { diedAgo } from '../support/fresh-deaths.ts';
import { manyDeaths } from '../support/many-deaths.ts';
import { SuiteRun } from '../support/suite.ts';

const DEATHS = 100_000;

test(
  'a hundred thousand deaths are read page by page, and the next one still shows up',
  { skip: editorUnavailable() },
  async (t) => {
    const agent = await startFakeAgent({ deaths: manyDeaths(DEATHS) });
    t.after(() => agent.stop());
    const run = await SuiteRun.start(agent.socket, { INQUEST_SUITE_COUNT: String(DEATHS) });
    t.after(() => run.stop());
    const { failures, figures } = run.outcome;
    assert.deepEqual(failures, []);
    const figure = (name: string): string => (figures[name] ?? Number.NaN).toFixed(0);
    t.diagnostic(`${figure('firstPage')} deaths at first; a page of older ones takes ${figure('pageMs')} ms (median)`);
    t.diagnostic(
      `with ${String(DEATHS)}: ${figure('heapMib')} MiB more heap, longest pause while reading ${figure('pauseMs')} ms`,
    );

    const fresh = { ...diedAgo(GALLERY.oom, 0), id: deathId('fresh'), container: containerOf('latecomer') };
    const before = performance.now();
    agent.announce(fresh);
    await run.workbench.row('latecomer').waitFor();
    t.diagnostic(`a new death among them is on the screen after ${(performance.now() - before).toFixed(0)} ms`);
  },
);
