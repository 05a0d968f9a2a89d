import { createHash } from 'node:crypto';
import { constants, deflateSync, inflateSync } from 'node:zlib';
import { MIB } from '../domain/bytes.ts';
import type { Death } from '../domain/death.ts';
import { InquestError } from '../domain/errors.ts';
import { isDeath } from './death-shape.ts';
import { isRecord } from './shape.ts';

/** Raised when a body of the version before can no longer be read as it is. */
const BODY_VERSION = 1;
/** Below this, deflating saves less than a page. */
const DEFLATE_FROM_BYTES = 4_096;
/** Far above what the caps at capture let through; a body beyond it is a mistake, not a death. */
export const MAX_BODY_BYTES = 16 * MIB;

/** A death that was checked and turned to text once, for size, comparison and writing. */
export interface PreparedDeath {
  readonly death: Death;
  readonly json: string;
  /** sha256 of `json`: recording the same content again is recognised by it. */
  readonly content: Uint8Array;
}

/** @throws InquestError `bad-usage` for what could not be read back. */
export function prepareDeath(death: Death): PreparedDeath {
  const json = JSON.stringify(death);
  if (json.length > MAX_BODY_BYTES) throw new InquestError('bad-usage', 'The death is too large to be stored.');
  const readBack: unknown = JSON.parse(json);
  if (!isDeath(readBack)) throw new InquestError('bad-usage', 'The death lacks fields that the store relies on.');
  return { death: withAbsentFields(readBack), json, content: createHash('sha256').update(json).digest() };
}

/** Text as it goes into a column: as it is when short, else deflated (zlib's checksum then guards it). */
export function packText(text: string): string | Uint8Array {
  if (text.length < DEFLATE_FROM_BYTES) return text;
  return deflateSync(text, { level: constants.Z_BEST_SPEED });
}

/** @throws InquestError `store-corrupt` */
export function unpackText(content: string | Uint8Array): string {
  if (typeof content === 'string') return content;
  try {
    return inflateSync(content, { maxOutputLength: 4 * MAX_BODY_BYTES }).toString('utf8');
  } catch (error) {
    throw damaged(error);
  }
}

export function packDeath(death: Death): string | Uint8Array {
  return packText(JSON.stringify({ version: BODY_VERSION, death }));
}

export function unpackDeath(content: string | Uint8Array): Death {
  return parseDeath(unpackText(content));
}

/** From the text of `unpackText`. @throws InquestError `store-corrupt` */
export function parseDeath(text: string): Death {
  const body = parseJson(text);
  if (!isRecord(body) || body['version'] !== BODY_VERSION || !isDeath(body['death'])) throw damaged();
  return withAbsentFields(body['death']);
}

/** @throws InquestError `store-corrupt` */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw damaged(error);
  }
}

function damaged(cause?: unknown): InquestError {
  return new InquestError('store-corrupt', 'A stored death is damaged and cannot be read.', {
    next: 'Check the disk. Other deaths are not affected.',
    cause,
  });
}

/** JSON leaves out what is undefined; the domain's types have these fields always. */
function withAbsentFields(death: Death): Death {
  return {
    ...death,
    exit: death.exit,
    logTail: death.logTail,
    verdict: { ...death.verdict, victim: death.verdict.victim },
    evidence: death.evidence.map((evidence) => ({ ...evidence, containerId: evidence.containerId })),
  };
}
