import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { Recording } from './recording.ts';
import { parseRecording, serialize } from './recording.ts';

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

export function writeRecording(name: string, recording: Recording): void {
  writeFileSync(fileOf(name), serialize(recording));
}

function fileOf(name: string): string {
  return join(FOLDER, `${name}${EXTENSION}`);
}
