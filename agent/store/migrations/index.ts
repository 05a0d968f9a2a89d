import type { DatabaseSync } from 'node:sqlite';
import { deaths } from './001-deaths.ts';
import { outbox } from './002-outbox.ts';
import { gaps } from './003-gaps.ts';
import { stories } from './004-stories.ts';

export type Migration = (database: DatabaseSync) => void;

/** In order: the first brings an empty database to version 1. Add at the end, never change one that was shipped. */
export const MIGRATIONS: readonly Migration[] = [deaths, outbox, gaps, stories];

export const SCHEMA_VERSION = MIGRATIONS.length;
