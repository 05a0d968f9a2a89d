import assert from 'node:assert/strict';
import { test } from 'node:test';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import { GALLERY } from '../support/death-gallery.ts';
import { editorUnavailable } from '../support/editor.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { diedAgo } from '../support/fresh-deaths.ts';
import { SuiteRun } from '../support/suite.ts';

test('the suite inside the extension host passes', { skip: editorUnavailable() }, async (t) => {
  const death = diedAgo(GALLERY.oom, 10 * US_PER_SECOND);
  const agent = await startFakeAgent({ deaths: [death] });
  t.after(() => agent.stop());
  const run = await SuiteRun.start(agent.socket, {
    INQUEST_SUITE_DEATH: JSON.stringify({ hostId: 'local', deathId: death.id, headline: death.verdict.headline }),
  });
  t.after(() => run.stop());
  const { failures, figures, passed } = run.outcome;
  t.diagnostic(`activation: ${(figures['activationMs'] ?? Number.NaN).toFixed(1)} ms`);
  t.diagnostic(`${String(passed.length)} checks passed inside the extension host`);
  assert.deepEqual(failures, []);
  assert.ok(passed.length >= 10);
});
