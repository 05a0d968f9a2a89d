import assert from 'node:assert/strict';
import { test } from 'node:test';
import { explainCommandUri, renderHover } from '../../../agent/domain/hover-render.ts';
import type { HoverLook } from '../../../agent/domain/hover-render.ts';
import { describeMention } from '../../../agent/domain/hover.ts';
import type { Findings } from '../../../agent/domain/hover.ts';
import type { FoundDeath } from '../../../agent/domain/lsp-protocol.ts';
import { escapeMarkdown } from '../../../agent/domain/markdown.ts';
import type { MentionSubject } from '../../../agent/domain/mentions.ts';

const VS_CODE: HoverLook = { format: 'markdown', commandLinks: true };
const OTHER_EDITOR: HoverLook = { format: 'markdown', commandLinks: false };
const PLAIN: HoverLook = { format: 'plaintext', commandLinks: false };

const DEATH: FoundDeath = {
  id: 'abcdefghijklmnopqrstuvwxyz',
  host: 'web-1',
  containerName: 'shop-api',
  exitCode: 137,
  headline: 'The kernel killed java because shop-api reached its memory limit of 512 MiB',
  certainty: 'certain',
  at: 1_795_414_624_500_000,
};

const about = (death: FoundDeath): Findings => ({ by: 'one', deaths: [death] });

function hover(mention: MentionSubject, look: HoverLook, findings?: Findings): string {
  const card = describeMention(mention, findings);
  assert.ok(card !== undefined);
  return renderHover(card, look);
}

test('an exit code: what it can mean and what it does not prove', () => {
  const text = hover({ kind: 'exit-code', code: 137 }, PLAIN);
  assert.match(text, /^Exit code 137\n\nMost often ended by SIGKILL \(128 \+ 9\)/);
  assert.match(text, /It can mean:\n- The kernel killed it because a memory limit was reached/);
  assert.match(text, /- And \d+ more: inquest code 137/);
  assert.match(text, /What it does not prove:\n- It does not prove that memory ran out/);
  assert.doesNotMatch(text, /What really happened/);
  assert.match(hover({ kind: 'exit-code', code: 42 }, PLAIN), /The program chose this number itself.*\(any program\)/);
});

test('every exit code and every signal has a hover that ends its sentences', () => {
  for (let code = 0; code <= 255; code += 1) {
    for (const look of [VS_CODE, PLAIN]) assert.doesNotMatch(hover({ kind: 'exit-code', code }, look), /undefined|NaN/);
  }
  for (let signal = 1; signal <= 31; signal += 1) {
    assert.match(hover({ kind: 'signal', signal }, PLAIN), /^SIG\w+ \(signal \d+\)\n\nA signal for .+\./);
  }
});

test('a signal says which code it shows as, unless it ends nothing', () => {
  assert.match(
    hover({ kind: 'signal', signal: 9 }, PLAIN),
    /reported with exit code 137\.[^]*one of many ways to SIGKILL/,
  );
  assert.doesNotMatch(hover({ kind: 'signal', signal: 15 }, PLAIN), /memory/);
  assert.doesNotMatch(hover({ kind: 'signal', signal: 17 }, PLAIN), /reported with exit code/);
  assert.match(
    hover({ kind: 'signal', signal: 40 }, PLAIN),
    /^SIGRTMIN\+6 .*\n\nA signal for an application-defined purpose/,
  );
});

test('what runtimes and Kubernetes write', () => {
  assert.match(hover({ kind: 'oom' }, PLAIN), /does not prove that the main process was killed/);
  assert.match(hover({ kind: 'oom', flag: true }, PLAIN), /^OOMKilled\n/);
  assert.match(
    hover({ kind: 'oom', flag: false }, PLAIN),
    /^OOMKilled: false\n[^]*does not prove that memory was enough/,
  );
  assert.match(hover({ kind: 'crash-loop' }, PLAIN), /does not say why it ended/);
  assert.match(hover({ kind: 'status-unknown' }, PLAIN), /written by the kubelet/);
});

test('a known death comes first, with its certainty, place, time and link', () => {
  const markdown = hover({ kind: 'exit-code', code: 137 }, VS_CODE, about(DEATH));
  const lines = markdown.split('\n\n');
  assert.equal(lines[0], '**Exit code 137**');
  assert.equal(lines[1], '**What really happened:**');
  assert.match(
    lines[2] ?? '',
    /^- \*\*The kernel killed java .*\*\* \(certain\) · shop\\-api on web\\-1 · 2026\\-11\\-23 06\\:17\\:04 UTC · \[Explain Exit\]\(command:inquest\.explainExit\?/,
  );
  assert.ok(markdown.includes(`](${explainCommandUri(DEATH.id)})`));
  assert.ok(markdown.indexOf('What really happened') < markdown.indexOf('It can mean'));
});

test('the command link carries the id alone', () => {
  const [, query] = explainCommandUri(DEATH.id).split('?');
  assert.deepEqual(JSON.parse(decodeURIComponent(query ?? '')), [DEATH.id]);
});

test('editors without our command get the command line to type', () => {
  for (const look of [OTHER_EDITOR, PLAIN]) {
    const text = hover({ kind: 'exit-code', code: 137 }, look, about(DEATH));
    assert.ok(text.includes(`inquest explain ${DEATH.id}`));
    assert.doesNotMatch(text, /command:|\]\(/);
  }
});

test('deaths found by their code alone are not said to be the one of this line', () => {
  const text = hover({ kind: 'exit-code', code: 137 }, PLAIN, { by: 'code', code: 137, deaths: [DEATH] });
  assert.match(
    text,
    /^Deaths with exit code 137\. The line does not say whether it is about one of them:\n- The kernel killed/m,
  );
  assert.doesNotMatch(text, /What really happened/);
});

test('several deaths of a container are not said to be the one of this line', () => {
  const text = hover({ kind: 'container-name', name: 'shop-api' }, PLAIN, { by: 'container', deaths: [DEATH, DEATH] });
  assert.match(
    text,
    /^Deaths of this container\. The line does not say which of them it is about:\n- The kernel killed/m,
  );
});

test('a container of which no death is known has no hover', () => {
  assert.equal(describeMention({ kind: 'container-name', name: 'shop-api' }, undefined), undefined);
  assert.equal(
    describeMention({ kind: 'container-id', id: 'a'.repeat(64) }, { by: 'container', deaths: [] }),
    undefined,
  );
  const { containerName: _, ...nameless } = DEATH;
  assert.match(
    hover({ kind: 'container-id', id: 'a'.repeat(64) }, PLAIN, about(nameless)),
    /^Container aaaaaaaaaaaa\n[^]* · on web-1 · /,
  );
  assert.match(hover({ kind: 'container-name', name: 'shop-api' }, PLAIN, about(DEATH)), /^Container shop-api\n/);
});

test('an id that is not one never gets into a hover', () => {
  for (const id of ['', 'abc', `${DEATH.id}1`, '%5B)](command:workbench', '../etc'.padEnd(26, 'a')]) {
    const text = hover({ kind: 'exit-code', code: 137 }, VS_CODE, about({ ...DEATH, id }));
    assert.doesNotMatch(text, /command:|What really happened/);
  }
});

const HOSTILE = [
  '<img src=x onerror=alert(1)>',
  '[x](command:workbench.action.terminal.new)',
  '![x](https://evil.example/x.png)',
  '$(zap) $(sync~spin)',
  '`code` **bold** _em_ ~~gone~~',
  'https://evil.example www.evil.example mailto:a@evil.example',
  '&lt;b&gt; &#91;x&#93;(command:y)',
  '# title\n- item\n\n1. one\n> quote\n| a | b |\n---',
  '\u202egnp.exe \u200b\u001b[31m\u0007',
  '\\[x\\](command:z)',
  '<https://evil.example>',
];

test('foreign text shows as text: nothing in it is Markdown, HTML, a link, an icon or a control', () => {
  for (const text of HOSTILE) {
    const escaped = escapeMarkdown(text);
    // What is left of Markdown when every escaped character is taken away.
    assert.doesNotMatch(escaped.replace(/\\[!-/:-@[-`{-~]/g, ''), /[!-/:-@[-`{-~]/, text);
    // eslint-disable-next-line no-control-regex -- none may come through
    assert.doesNotMatch(escaped, /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e]/);
    const death = { ...DEATH, headline: text, containerName: text, host: text };
    const markdown = hover({ kind: 'container-name', name: text }, VS_CODE, about(death));
    const links = [...markdown.matchAll(/(?<!\\)\]\(([^)]*)\)/g)].map(([, target]) => target);
    assert.deepEqual(links, [explainCommandUri(DEATH.id)], text);
    assert.doesNotMatch(markdown.replace(/\\./g, ''), /[<>$`&]|https?:|www\./, text);
  }
});

test('long foreign text is cut', () => {
  const text = hover(
    { kind: 'container-name', name: 'n'.repeat(10_000) },
    VS_CODE,
    about({ ...DEATH, headline: 'h'.repeat(100_000) }),
  );
  assert.ok(text.length < 1_000);
});
