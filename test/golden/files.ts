import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Recording } from './recording.ts';
import { parseRecording } from './recording.ts';

const FOLDER = join(import.meta.dirname, 'records');
const EXTENSION = '.jsonl';

/** Names of the scenarios that were recorded. */
export function recordedNames(): readonly string[] {
  return globSync(`*${EXTENSION}`, { cwd: FOLDER })
    .map((file) => basename(file, EXTENSION))
    .sort();
}

export function readRecording(name: string): Recording {
  return parseRecording(readFileSync(fileOf(name), 'utf8'), name);
}

/** `text` is a serialized recording. @throws where it is none */
export function writeRecording(name: string, text: string): void {
  parseRecording(text, name);
  writeFileSync(fileOf(name), text);
}

function fileOf(name: string): string {
  return join(FOLDER, `${name}${EXTENSION}`);
}
