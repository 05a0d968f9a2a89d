/** One record of /dev/kmsg (Documentation/ABI/testing/dev-kmsg): `prio,seq,us,flags[,…];text\n KEY=value\n…`. */
export interface KmsgRecord {
  readonly facility: number;
  readonly sequence: number;
  /** Microseconds of the clock that printk uses. */
  readonly clockUs: number;
  /** First line. Control characters, bytes above 126 and backslashes stand as `\xHH`. */
  readonly text: string;
}

const FACILITY_SHIFT = 3;
const HEADER = /^(\d{1,10}),(\d{1,19}),(\d{1,16}),[^;]{0,64};/;

/** `undefined` for what is not a record. Continuation lines (device properties) are dropped. */
export function parseKmsgRecord(raw: string): KmsgRecord | undefined {
  const match = HEADER.exec(raw);
  if (match === null) return undefined;
  const end = raw.indexOf('\n', match[0].length);
  return {
    facility: Math.floor(Number(match[1]) / 2 ** FACILITY_SHIFT),
    sequence: Number(match[2]),
    clockUs: Number(match[3]),
    text: raw.slice(match[0].length, end < 0 ? undefined : end),
  };
}
