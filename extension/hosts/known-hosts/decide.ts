import type { StrictHostKeyChecking } from '../config/resolve.ts';
import { keyTypeOf, type KnownKey } from './parse.ts';
import { knownName, meansHost } from './match.ts';

export interface OfferedKey {
  readonly host: string;
  readonly port: number;
  /** Stands for host and port in known_hosts, when set. */
  readonly hostKeyAlias: string | undefined;
  /** As it goes over the wire. */
  readonly key: Buffer;
}

export interface Place {
  readonly file: string;
  readonly line: number;
}

export type Decision =
  /** `add`: not known, and the settings say to trust and keep it. */
  | { readonly kind: 'trust'; readonly add: boolean }
  | { readonly kind: 'deny'; readonly problem: 'changed' | 'revoked' | 'certificate-authority'; readonly place: Place }
  | { readonly kind: 'deny'; readonly problem: 'unknown'; readonly place: undefined }
  /** `others`: keys of other types that are known for the host. */
  | { readonly kind: 'ask'; readonly others: readonly KnownKey[] };

/**
 * Whether to trust the key that a host shows, by what known_hosts says. Like ssh(1), with two
 * differences on the safe side: a changed key is refused even with StrictHostKeyChecking=no, and where
 * only a certificate authority vouches for the host nobody is asked to trust a plain key instead.
 */
export function decide(offered: OfferedKey, known: readonly KnownKey[], strict: StrictHostKeyChecking): Decision {
  const name = offered.hostKeyAlias?.toLowerCase() ?? knownName(offered.host, offered.port);
  const relevant = known.filter(({ hosts }) => meansHost(hosts, name));
  const type = keyTypeOf(offered.key);

  const revoked = relevant.find(({ marker, key }) => marker === 'revoked' && key.equals(offered.key));
  if (revoked !== undefined) return { kind: 'deny', problem: 'revoked', place: revoked };

  const plain = relevant.filter(({ marker }) => marker === undefined);
  if (plain.some(({ key }) => key.equals(offered.key))) return { kind: 'trust', add: false };

  const changed = plain.find((key) => key.type === type);
  if (changed !== undefined) return { kind: 'deny', problem: 'changed', place: changed };

  if (isKnownWithoutPort(offered, known)) return { kind: 'trust', add: false };

  const authority = relevant.find(({ marker }) => marker === 'cert-authority');
  if (authority !== undefined) return { kind: 'deny', problem: 'certificate-authority', place: authority };

  switch (strict) {
    case 'yes':
      return { kind: 'deny', problem: 'unknown', place: undefined };
    case 'no':
    case 'accept-new':
      return { kind: 'trust', add: true };
    case 'ask':
      return { kind: 'ask', others: plain };
  }
}

/** ssh takes a key that stands there for the host without a port; that a different one does says nothing. */
function isKnownWithoutPort({ host, port, hostKeyAlias, key }: OfferedKey, known: readonly KnownKey[]): boolean {
  const bare = host.toLowerCase();
  if (hostKeyAlias !== undefined || knownName(host, port) === bare) return false;
  const matching = known.filter(({ hosts, key: other }) => other.equals(key) && meansHost(hosts, bare));
  return matching.some(({ marker }) => marker === undefined) && !matching.some(({ marker }) => marker === 'revoked');
}

/** Types of the keys that are known for a host: ask for one of these, or a known host looks like a new one. */
export function knownTypes(offered: Omit<OfferedKey, 'key'>, known: readonly KnownKey[]): ReadonlySet<string> {
  const name = offered.hostKeyAlias?.toLowerCase() ?? knownName(offered.host, offered.port);
  const plain = known.filter(({ marker }) => marker === undefined);
  const exact = plain.filter(({ hosts }) => meansHost(hosts, name));
  const found = exact.length > 0 ? exact : plain.filter(({ hosts }) => meansHost(hosts, offered.host.toLowerCase()));
  return new Set(found.map(({ type }) => type));
}
