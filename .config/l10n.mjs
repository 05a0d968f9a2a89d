// Writes extension/l10n/bundle.l10n.json: every text that the extension translates. With --check it only compares.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { CAUSE_WORDS } from '../agent/domain/cause-words.ts';
import { CAUSES } from '../agent/domain/causes.ts';
import { CERTAINTY_WORDS } from '../agent/domain/death-words.ts';

const BUNDLE = 'extension/l10n/bundle.l10n.json';
/** Texts that code looks up in a table before it translates them. */
const TABLES = ['extension/hosts/describe-failure.ts', 'extension/deaths/words.ts'];

const messages = new Set([
  ...Object.values(CAUSES),
  ...Object.values(CAUSE_WORDS),
  ...Object.values(CERTAINTY_WORDS),
  ...globSync('extension/**/*.ts').flatMap((file) => callsIn(readFileSync(file, 'utf8'))),
  ...TABLES.flatMap((file) => tablesIn(readFileSync(file, 'utf8'))),
]);

/** First arguments of `t()`, both texts of `count()`, and both of a choice within `t()`. */
function callsIn(source) {
  const found = [];
  for (const [, call] of source.matchAll(/\bt\(\s*((?:'(?:[^'\\]|\\.)*'|[^'()]){0,400}?)[,)]/g))
    found.push(...textsIn(call));
  for (const [, call] of source.matchAll(/\bcount\(([^)]*)\)/g)) found.push(...textsIn(call));
  return found;
}

/** Values of the `Record` constants in a file. */
function tablesIn(source) {
  return [...source.matchAll(/Readonly<Record<[^>]*>> = \{([\s\S]*?)\n\};/g)].flatMap(([, body]) =>
    [...body.matchAll(/:\s*'((?:[^'\\]|\\.)*)'/g)].map(([, text]) => unescaped(text)),
  );
}

function textsIn(code) {
  return [...code.matchAll(/'((?:[^'\\]|\\.)*)'/g)].map(([, text]) => unescaped(text));
}

function unescaped(text) {
  return text.replaceAll(/\\(.)/g, '$1');
}

const sorted = [...messages].sort();
const json = `${JSON.stringify(Object.fromEntries(sorted.map((message) => [message, message])), null, 2)}\n`;
if (!process.argv.includes('--check')) {
  writeFileSync(BUNDLE, json);
} else if (readFileSync(BUNDLE, 'utf8') !== json) {
  console.error(`${BUNDLE} is out of date: make generate`);
  process.exitCode = 1;
}
