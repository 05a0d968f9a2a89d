import { createHmac } from 'node:crypto';
import { matchesList } from '../config/pattern.ts';

const SSH_PORT = 22;

/** The name that a host has in known_hosts. */
export function knownName(host: string, port: number): string {
  const lower = host.toLowerCase();
  return port === SSH_PORT ? lower : `[${lower}]:${String(port)}`;
}

/** Whether the first field of a line means `name`. */
export function meansHost(hosts: readonly string[], name: string): boolean {
  const [first = ''] = hosts;
  if (!first.startsWith('|')) return matchesList(name, hosts);
  const [, magic, salt, hash] = first.split('|');
  return magic === '1' && salt !== undefined && hash !== undefined && hashName(name, salt) === hash;
}

/** base64 of HMAC-SHA1 over the name, with the salt for its key. */
export function hashName(name: string, saltBase64: string): string {
  return createHmac('sha1', Buffer.from(saltBase64, 'base64')).update(name).digest('base64');
}
