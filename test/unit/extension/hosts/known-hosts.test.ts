import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { decide, knownTypes, type Decision } from '../../../../extension/hosts/known-hosts/decide.ts';
import { addKnownHost, readKnownHosts } from '../../../../extension/hosts/known-hosts/files.ts';
import { fingerprintOf, keyTypeName } from '../../../../extension/hosts/known-hosts/fingerprint.ts';
import { hashName } from '../../../../extension/hosts/known-hosts/match.ts';
import { keyTypeOf, parseKnownHosts } from '../../../../extension/hosts/known-hosts/parse.ts';
import { hostKeyAlgorithms } from '../../../../extension/hosts/ssh2/host-key-algorithms.ts';
import { runCommand } from '../../../support/run-command.ts';

function wire(...fields: readonly (string | Buffer)[]): Buffer {
  return Buffer.concat(
    fields.map((field) => {
      const bytes = Buffer.from(field);
      const length = Buffer.alloc(4);
      length.writeUInt32BE(bytes.length);
      return Buffer.concat([length, bytes]);
    }),
  );
}

function ed25519(): Buffer {
  const { publicKey } = generateKeyPairSync('ed25519');
  return wire('ssh-ed25519', publicKey.export({ type: 'spki', format: 'der' }).subarray(-32));
}

const KEY = ed25519();
const OTHER = ed25519();
const RSA = wire('ssh-rsa', Buffer.from([1, 0, 1]), Buffer.alloc(256, 7));
const lineOf = (hosts: string, key = KEY): string => `${hosts} ${keyTypeOf(key) ?? ''} ${key.toString('base64')}`;
const SALT = Buffer.alloc(20, 3).toString('base64');
const hashed = (name: string): string => `|1|${SALT}|${hashName(name, SALT)}`;

interface Row {
  readonly says: string;
  readonly lines: readonly string[];
  readonly is: string;
  readonly host?: string;
  readonly port?: number;
  readonly alias?: string;
  readonly strict?: 'yes' | 'no' | 'ask' | 'accept-new';
}

const ROWS: readonly Row[] = [
  { says: 'a plain line', lines: [lineOf('web-1,10.0.0.1')], is: 'trust' },
  { says: 'names in another case', lines: [lineOf('Web-1')], host: 'WEB-1', is: 'trust' },
  { says: 'a hashed name', lines: [lineOf(hashed('web-1'))], is: 'trust' },
  { says: 'a hash of another name', lines: [lineOf(hashed('web-2'))], is: 'ask' },
  { says: 'a hash of a kind that nobody knows', lines: [lineOf(`|2|${SALT}|x`)], is: 'ask' },
  { says: 'a port', lines: [lineOf('[web-1]:2222')], port: 2222, is: 'trust' },
  { says: 'a hashed port', lines: [lineOf(hashed('[web-1]:2222'))], port: 2222, is: 'trust' },
  { says: 'a port that is another', lines: [lineOf('[web-1]:2222')], is: 'ask' },
  { says: 'the same key without the port', lines: [lineOf('web-1')], port: 2222, is: 'trust' },
  { says: 'another key without the port says nothing', lines: [lineOf('web-1', OTHER)], port: 2222, is: 'ask' },
  {
    says: 'a key that is revoked without the port',
    lines: [lineOf('web-1'), `@revoked ${lineOf('web-1')}`],
    port: 2222,
    is: 'ask',
  },
  { says: 'wildcards', lines: [lineOf('*.example.com')], host: 'a.b.example.com', is: 'trust' },
  { says: 'a question mark', lines: [lineOf('web-?')], is: 'trust' },
  { says: 'negation', lines: [lineOf('*,!web-1')], is: 'ask' },
  { says: 'an alias in place of the name', lines: [lineOf('pool')], alias: 'Pool', port: 2222, is: 'trust' },
  { says: 'a changed key', lines: ['# comment', '', lineOf('web-1', OTHER)], is: 'deny changed known_hosts:3' },
  {
    says: 'a changed key, not even without checking',
    lines: [lineOf('web-1', OTHER)],
    strict: 'no',
    is: 'deny changed known_hosts:1',
  },
  { says: 'one of several keys', lines: [lineOf('web-1', OTHER), lineOf('web-1')], is: 'trust' },
  { says: 'a key of another type', lines: [lineOf('web-1', RSA)], is: 'ask 1' },
  { says: 'a revoked key', lines: [lineOf('web-1'), `@revoked ${lineOf('*')}`], is: 'deny revoked known_hosts:2' },
  { says: 'another key that is revoked', lines: [`@revoked ${lineOf('*', OTHER)}`, lineOf('web-1')], is: 'trust' },
  {
    says: 'an authority alone',
    lines: [`@cert-authority ${lineOf('*', OTHER)}`],
    is: 'deny certificate-authority known_hosts:1',
  },
  {
    says: 'an authority and the key itself',
    lines: [`@cert-authority ${lineOf('*', OTHER)}`, lineOf('web-1')],
    is: 'trust',
  },
  { says: 'nothing', lines: [], is: 'ask' },
  { says: 'nothing, strictly', lines: [], strict: 'yes', is: 'deny unknown' },
  { says: 'nothing, accepting what is new', lines: [], strict: 'accept-new', is: 'trust and add' },
  { says: 'nothing, without checking', lines: [], strict: 'no', is: 'trust and add' },
  {
    says: 'lines that are none',
    lines: ['web-1', 'web-1 ssh-ed25519', 'web-1 ssh-rsa AAAA', `@other ${lineOf('web-1')}`, 'web-1 ssh-ed25519 !!'],
    is: 'ask',
  },
];

function show(decision: Decision): string {
  switch (decision.kind) {
    case 'trust':
      return decision.add ? 'trust and add' : 'trust';
    case 'ask':
      return decision.others.length === 0 ? 'ask' : `ask ${String(decision.others.length)}`;
    case 'deny': {
      const { place } = decision;
      return `deny ${decision.problem}${place === undefined ? '' : ` ${place.file}:${String(place.line)}`}`;
    }
  }
}

describe('host keys', () => {
  for (const { says, lines, is, host = 'web-1', port = 22, alias, strict = 'ask' } of ROWS) {
    test(`${says}: ${is}`, () => {
      const known = parseKnownHosts(lines.join('\n'), 'known_hosts');
      assert.equal(show(decide({ host, port, hostKeyAlias: alias, key: KEY }, known, strict)), is);
    });
  }

  test('the server is asked for keys of types that are known', () => {
    const known = parseKnownHosts([lineOf('web-1', RSA), lineOf('web-2')].join('\n'), 'f');
    const types = knownTypes({ host: 'web-1', port: 22, hostKeyAlias: undefined }, known);
    assert.deepEqual([...types], ['ssh-rsa']);
    assert.deepEqual(hostKeyAlgorithms(types).slice(0, 3), ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
    const other = knownTypes({ host: 'web-2', port: 2222, hostKeyAlias: undefined }, known);
    assert.deepEqual([...other], ['ssh-ed25519']);
    assert.ok(!hostKeyAlgorithms(new Set()).includes('ssh-rsa'));
  });

  test('types have the names that people use', () => {
    assert.deepEqual(['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa', 'sk-ssh-ed25519@openssh.com'].map(keyTypeName), [
      'ED25519',
      'ECDSA',
      'RSA',
      'SK-SSH-ED25519',
    ]);
    assert.equal(keyTypeOf(Buffer.from([1])), undefined);
  });
});

describe('known_hosts files', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'known-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  test('what is added, ssh-keygen finds, hashed or not, and the fingerprint is its own', async () => {
    const file = join(folder, 'new', 'known_hosts');
    await addKnownHost(file, 'web-1', KEY, false);
    await addKnownHost(file, '[web-2]:2222', RSA, true);
    assert.equal((await stat(file)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'new'))).mode & 0o777, 0o700);
    const text = await readFile(file, 'utf8');
    assert.ok(!text.includes('web-2'));
    for (const [name, line] of [
      ['web-1', 1],
      ['[web-2]:2222', 2],
    ] as const) {
      const { stdout } = await runCommand('ssh-keygen', ['-F', name, '-f', file]);
      assert.match(stdout, new RegExp(`found: line ${String(line)}`));
    }
    const { stdout } = await runCommand('ssh-keygen', ['-l', '-f', file]);
    assert.ok(stdout.includes(fingerprintOf(KEY)), stdout);
  });

  test('what ssh-keygen has hashed is found, in any of several files', async () => {
    const file = join(folder, 'hashed');
    await writeFile(file, `${lineOf('web-3')}\n`);
    await runCommand('ssh-keygen', ['-q', '-H', '-f', file]);
    const known = await readKnownHosts([join(folder, 'absent'), folder, file]);
    const decision = decide({ host: 'web-3', port: 22, hostKeyAlias: undefined, key: KEY }, known, 'yes');
    assert.equal(decision.kind, 'trust');
    assert.equal(known[0]?.file, file);
  });

  test('a last line that was not ended stays a line', async () => {
    const file = join(folder, 'unended');
    await writeFile(file, lineOf('web-1'));
    await addKnownHost(file, 'web-2', OTHER, false);
    assert.equal((await readKnownHosts([file])).length, 2);
  });
});
