/** Writes the table of proved kernels into README.md, from the results that were kept: readme.ts [FILE]. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { renderKernels } from './readme-table.ts';
import { readLoads, readResults } from './results.ts';

const BEGIN = '<!-- kernels:begin -->';
const END = '<!-- kernels:end -->';

const file = process.argv[2] ?? join(import.meta.dirname, '../../README.md');
const text = readFileSync(file, 'utf8');
const begin = text.indexOf(BEGIN);
const end = text.indexOf(END);
if (begin < 0 || end < begin) throw new Error(`${file} lacks ${BEGIN} … ${END}`);
const before = text.slice(0, begin + BEGIN.length);
writeFileSync(file, `${before}\n\n${renderKernels(readLoads(), readResults())}\n\n${text.slice(end)}`);
