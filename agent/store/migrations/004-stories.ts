import type { DatabaseSync } from 'node:sqlite';

/**
 * What deaths have to do with one another. `workload` and `signature` find the same end of the same
 * container, `ran_us` a run that went well, `repetition` carries the count on when older deaths are
 * gone. `wound` marks what is no death: a process that was killed while its container lived on.
 */
export function stories(database: DatabaseSync): void {
  database.exec(`
    ALTER TABLE deaths ADD COLUMN workload TEXT;
    ALTER TABLE deaths ADD COLUMN signature TEXT;
    ALTER TABLE deaths ADD COLUMN ran_us INTEGER;
    ALTER TABLE deaths ADD COLUMN repetition TEXT;
    ALTER TABLE deaths ADD COLUMN wound TEXT;
    CREATE INDEX deaths_workload ON deaths (workload, sequence) WHERE wound IS NULL;
    CREATE INDEX deaths_signature ON deaths (signature, sequence) WHERE wound IS NULL;
    CREATE INDEX deaths_wounds ON deaths (container_id, sequence) WHERE wound IS NOT NULL;
    DROP INDEX deaths_quota_key;
    CREATE INDEX deaths_quota ON deaths (quota_key, signature, sequence);
  `);
}
