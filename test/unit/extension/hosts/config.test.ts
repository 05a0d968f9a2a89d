import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { evaluateConfig } from '../../../../extension/hosts/config/evaluate.ts';
import { matchesPattern } from '../../../../extension/hosts/config/pattern.ts';
import {
  resolveHost,
  surroundings,
  type ResolvedHost,
  type Surroundings,
} from '../../../../extension/hosts/config/resolve.ts';
import { askSsh, BadConfiguration, parseSshG } from '../../../../extension/hosts/config/ssh-g.ts';
import { listSshAliases } from '../../../../extension/hosts/index.ts';
import { findSsh } from '../../../../extension/hosts/openssh/find-ssh.ts';
import { parseTarget, type SshTarget } from '../../../../extension/hosts/target.ts';

const CONFIG = `
# A comment
Include conf.d/*.conf
Include "CONFD/with blank"
Host web-1 web-2 !web-3
  HostName %h.example.com
  Port=2201
  User "ann lee"
  IdentityFile ~/.ssh/%r-key
  IdentityFile /keys/second
  IdentitiesOnly yes
Host web-*
  Port 2202
  IdentityFile /keys/third
  ProxyJump ann@jump:2200,last
  StrictHostKeyChecking accept-new
Host proxied
  ProxyCommand nc -X 5 %h %p # not a comment here
  ProxyJump never
  UserKnownHostsFile /k/one /k/two
  HashKnownHosts yes
  HostKeyAlias pool
  IdentityAgent none
  PasswordAuthentication no
Match originalhost matched user bob
  Port 2203
Match host *.example.com,!x.example.com !localuser nobody
  ServerAliveInterval 7
Match exec "true"
  Port 1
Host *
  StrictHostKeyChecking yes
  IdentityAgent /agent
`;

describe('ssh_config', () => {
  let home: string;
  let around: Surroundings;
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'home-'));
    around = { home, environment: { SSH_AUTH_SOCK: '/auth', OTHER: '/other' }, localUser: 'me', localHost: 'here.lan' };
    await mkdir(join(home, '.ssh', 'conf.d'), { recursive: true });
    await writeFile(join(home, '.ssh', 'config'), CONFIG.replace('CONFD', join(home, '.ssh')));
    await writeFile(join(home, '.ssh', 'conf.d', 'a.conf'), 'Host included\n  HostName 10.0.0.9\n  Include deeper\n');
    await writeFile(join(home, '.ssh', 'conf.d', '.hidden.conf'), 'Host hidden\n');
    await writeFile(join(home, '.ssh', 'deeper'), 'Port 2209\nInclude deeper\n');
    await writeFile(join(home, '.ssh', 'with blank'), 'Host blank "quoted name"\n  HostName 10.0.0.8\n');
  });
  after(() => rm(home, { recursive: true, force: true }));

  function resolve(target: SshTarget): ResolvedHost {
    return resolveHost(target, evaluateConfig(target, { home }), around);
  }

  test('the first value counts, and of identity files all', () => {
    const host = resolve({ alias: 'web-1' });
    assert.deepEqual(
      [host.hostName, host.port, host.user, host.strictHostKeyChecking, host.identitiesOnly],
      ['web-1.example.com', 2201, 'ann lee', 'accept-new', true],
    );
    assert.deepEqual(host.identityFiles, [join(home, '.ssh/ann lee-key'), '/keys/second', '/keys/third']);
    assert.deepEqual(host.proxyJump, ['ann@jump:2200', 'last']);
    assert.equal(host.identityAgent, '/agent');
  });

  test('what is asked for wins over what is written', () => {
    const host = resolve({ alias: 'web-1', user: 'eve', port: 22 });
    assert.deepEqual([host.user, host.port], ['eve', 22]);
  });

  test('commands go to the end of the line, with tokens filled in', () => {
    const host = resolve({ alias: 'proxied' });
    assert.equal(host.proxyCommand, 'nc -X 5 proxied 22 # not a comment here');
    assert.deepEqual(host.proxyJump, []);
    assert.deepEqual(host.userKnownHostsFiles, ['/k/one', '/k/two']);
    assert.deepEqual([host.hashKnownHosts, host.hostKeyAlias, host.identityAgent], [true, 'pool', undefined]);
    assert.deepEqual(host.allows, { publickey: true, keyboardInteractive: true, password: false });
  });

  test('includes apply where they stand, and circles end', () => {
    const host = resolve({ alias: 'included' });
    assert.deepEqual([host.hostName, host.port], ['10.0.0.9', 2209]);
    assert.equal(resolve({ alias: 'blank' }).hostName, '10.0.0.8');
    assert.equal(resolve({ alias: 'other' }).port, 22);
  });

  test('Match by host and user; a command is never run to find out', () => {
    assert.equal(resolve({ alias: 'matched', user: 'bob' }).port, 2203);
    assert.equal(resolve({ alias: 'matched' }).port, 22);
    assert.deepEqual(evaluateConfig({ alias: 'web-1' }, { home }).get('serveraliveinterval'), ['7']);
  });

  test('without any configuration there are the defaults', () => {
    const host = resolveHost({ alias: 'Plain' }, new Map(), around);
    assert.deepEqual([host.hostName, host.port, host.user, host.strictHostKeyChecking], ['Plain', 22, 'me', 'ask']);
    assert.ok(host.identityFiles.includes(join(home, '.ssh/id_ed25519')));
    assert.equal(host.identityAgent, '/auth');
    assert.equal(host.userKnownHostsFiles[0], join(home, '.ssh/known_hosts'));
  });

  test('agents are named by path, by variable, or not at all', () => {
    const agentOf = (value: string): string | undefined =>
      resolveHost({ alias: 'a' }, new Map([['identityagent', [value]]]), around).identityAgent;
    assert.deepEqual(['SSH_AUTH_SOCK', '$OTHER', '${OTHER}/x', '~/a', 'none', '$MISSING', '%d/%%h'].map(agentOf), [
      '/auth',
      '/other',
      '/other/x',
      join(home, 'a'),
      undefined,
      undefined,
      join(home, '%h'),
    ]);
  });

  test('StrictHostKeyChecking in all its spellings', () => {
    const of = (value: string): string =>
      resolveHost({ alias: 'a' }, new Map([['stricthostkeychecking', [value]]]), around).strictHostKeyChecking;
    assert.deepEqual(['yes', 'true', 'no', 'off', 'false', 'accept-new', 'ask'].map(of), [
      'yes',
      'yes',
      'no',
      'no',
      'no',
      'accept-new',
      'ask',
    ]);
  });

  test('aliases are the names without patterns, in their order', () => {
    assert.deepEqual(listSshAliases({ home }), ['included', 'blank', 'quoted name', 'web-1', 'web-2', 'proxied']);
    assert.deepEqual(listSshAliases({ configFile: join(home, 'absent') }), []);
  });

  test('ssh says the same of the same configuration', async (context) => {
    if ((await findSsh('ssh')) === undefined) {
      context.skip('needs an ssh');
      return;
    }
    const file = join(home, 'same');
    const text = CONFIG.split('\n').filter((line) => !/^Include|exec|Port 1$/.test(line));
    await writeFile(file, text.join('\n'));
    // ssh fills in the home folder of whoever asks by itself.
    const real = surroundings();
    const comparable = (host: ResolvedHost): ResolvedHost => {
      // Which files are looked for where none is named differs from version to version.
      const isNamed = host.identityFiles.some((path) => path.startsWith('/keys'));
      return { ...host, identityFiles: isNamed ? host.identityFiles : [] };
    };
    for (const alias of ['web-1', 'web-3', 'proxied', 'other']) {
      const asked = resolveHost({ alias }, await askSsh('ssh', { alias }, file), real);
      const own = resolveHost({ alias }, evaluateConfig({ alias }, { configFile: file }), real);
      assert.deepEqual(comparable(own), comparable(asked), alias);
    }
  });

  test('what ssh does not accept is named', async (context) => {
    if ((await findSsh('ssh')) === undefined) {
      context.skip('needs an ssh');
      return;
    }
    const file = join(home, 'bad');
    await writeFile(file, 'Nonsense yes\n');
    await assert.rejects(askSsh('ssh', { alias: 'a', user: 'b', port: 3 }, file), (error) => {
      return error instanceof BadConfiguration && /line 1.*nonsense/i.test(error.message);
    });
    assert.equal(await findSsh(join(home, 'no-ssh')), undefined);
  });

  test('the output of ssh -G is read line by line', () => {
    const options = parseSshG('identityfile /a b\nidentityfile /c\nuserknownhostsfile /d /e\nempty\n');
    assert.deepEqual(options.get('identityfile'), ['/a b', '/c']);
    assert.deepEqual(options.get('userknownhostsfile'), ['/d', '/e']);
  });
});

describe('targets', () => {
  const ROWS: readonly (readonly [string, SshTarget | undefined])[] = [
    ['web-1', { alias: 'web-1' }],
    ['ann@web-1', { alias: 'web-1', user: 'ann' }],
    ['ann@corp@web-1', { alias: 'web-1', user: 'ann@corp' }],
    ['web-1:2222', { alias: 'web-1', port: 2222 }],
    ['ssh://ann@web-1:2222/', { alias: 'web-1', user: 'ann', port: 2222 }],
    ['[fe80::1%eth0]:22', { alias: 'fe80::1%eth0', port: 22 }],
    ['2001:db8::1', { alias: '2001:db8::1' }],
    ['', undefined],
    ['-oProxyCommand=x', undefined],
    ['-l@web', undefined],
    ['web 1', undefined],
    ['web;reboot', undefined],
    ['$(reboot)', undefined],
    ['web:0', undefined],
    ['web:70000', undefined],
    ['ssh://', undefined],
  ];
  for (const [text, target] of ROWS) {
    test(text === '' ? 'nothing' : text, () => {
      assert.deepEqual(parseTarget(text), target);
    });
  }
});

test('patterns take no longer than their length', () => {
  assert.ok(matchesPattern('a'.repeat(50), `${'*a'.repeat(20)}*`));
  assert.ok(!matchesPattern('a'.repeat(20_000), `${'*a'.repeat(50)}b`));
  assert.ok(matchesPattern('', '*'));
  assert.ok(!matchesPattern('ab', 'a'));
});
