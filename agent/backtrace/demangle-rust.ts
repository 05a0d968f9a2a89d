/** The last part of every name of Rust's older scheme: `17h` and a hash of 16 digits. */
const HASH = /17h[0-9a-f]{16}E(?:\.llvm\.[0-9A-Za-z]+)?$/;

const ESCAPES: ReadonlyMap<string, string> = new Map(
  Object.entries({ SP: '@', BP: '*', RF: '&', LT: '<', GT: '>', LP: '(', RP: ')', C: ',' }),
);

/** `core::panicking::panic` of `_ZN4core9panicking5panic17h…E`; `undefined` for what is not Rust's. */
export function demangleRust(symbol: string): string | undefined {
  const end = HASH.exec(symbol);
  if (end === null || !symbol.startsWith('_ZN')) return undefined;
  const parts: string[] = [];
  for (let at = 3; at < end.index;) {
    const digits = /^[0-9]{1,4}/.exec(symbol.slice(at))?.[0];
    if (digits === undefined) return undefined;
    const from = at + digits.length;
    at = from + Number(digits);
    if (at > end.index) return undefined;
    parts.push(unescape(symbol.slice(from, at)));
  }
  return parts.length === 0 ? undefined : parts.join('::');
}

function unescape(part: string): string {
  return part
    .replace(/^_(?=\$)/, '')
    .replace(/\$([A-Z]{1,2}|u[0-9a-f]{1,5})\$/g, (whole, code: string) => ESCAPES.get(code) ?? unicode(code, whole))
    .replaceAll('..', '::');
}

function unicode(code: string, whole: string): string {
  const point = code.startsWith('u') ? Number.parseInt(code.slice(1), 16) : Number.NaN;
  return point >= 0x20 && point < 0x7f ? String.fromCodePoint(point) : whole;
}
