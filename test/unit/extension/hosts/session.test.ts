import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { after, before, describe, test } from 'node:test';
import { failureOf, noPermission, parseFacts, type HostFacts } from '../../../../extension/hosts/remote/facts.ts';
import { sessionCommand } from '../../../../extension/hosts/remote/session-script.ts';
import { HostSession, SessionFailed, SudoRefused } from '../../../../extension/hosts/remote/session.ts';
import { shellQuote } from '../../../../extension/hosts/remote/shell-quote.ts';

const ASKED = { host: 'web-1', socket: '/s', command: 'inquest', defaultGroup: 'inquest' };
const FACTS: HostFacts = { user: 'ann', socket: 'usable', group: undefined, hasCommand: true };

describe('what a host says of itself', () => {
  test('facts are read, and what is none is not', () => {
    assert.deepEqual(parseFacts(['user ann', 'socket forbidden', 'group ops', 'command yes']), {
      user: 'ann',
      socket: 'forbidden',
      group: 'ops',
      hasCommand: true,
    });
    assert.deepEqual(parseFacts(['user ann', 'socket absent', 'group ', 'command no']), {
      ...FACTS,
      socket: 'absent',
      hasCommand: false,
    });
    assert.equal(parseFacts(['user', 'socket usable']), undefined);
    assert.equal(parseFacts(['user ann', 'socket magic']), undefined);
  });

  test('facts decide why the agent cannot be reached', () => {
    const reasonOf = (facts: Partial<HostFacts>): string | undefined =>
      failureOf({ ...FACTS, ...facts }, ASKED)?.reason;
    assert.equal(reasonOf({}), undefined);
    assert.equal(reasonOf({ socket: 'absent' }), 'agent-not-running');
    assert.equal(reasonOf({ socket: 'other' }), 'agent-not-running');
    assert.equal(reasonOf({ socket: 'absent', hasCommand: false }), 'agent-not-installed');
    assert.equal(reasonOf({ socket: 'hidden' }), 'no-permission-on-socket');
    assert.equal(reasonOf({ socket: 'forbidden' }), 'no-permission-on-socket');
  });

  test('nobody is told to join the group of root', () => {
    const groupOf = (group: string | undefined): unknown => {
      const failure = noPermission({ ...FACTS, group }, ASKED, 'not-used');
      return failure.reason === 'no-permission-on-socket' && failure.group;
    };
    assert.deepEqual(['ops', 'root', undefined].map(groupOf), ['ops', 'inquest', 'inquest']);
  });
});

describe('a session in a real shell', () => {
  let folder: string;
  const children: ChildProcess[] = [];

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'session-'));
    await writeFile(join(folder, 'inquest'), '#!/bin/sh\nif [ "$3" = "$WANTED" ]; then cat; else exit 1; fi\n', {
      mode: 0o755,
    });
    await writeFile(
      join(folder, 'sudo'),
      '#!/bin/sh\n[ -n "$SUDO_REFUSES" ] && exit 1\nshift; [ "$1" = -l ] && exit 0; echo by sudo; exec "$@"\n',
      { mode: 0o755 },
    );
  });

  after(async () => {
    for (const child of children) child.kill();
    await rm(folder, { recursive: true, force: true });
  });

  function session(socket: string, env: NodeJS.ProcessEnv = {}, shell = 'sh'): HostSession {
    const PATH = `${folder}:${process.env['PATH'] ?? ''}`;
    const child = spawn(shell, ['-c', sessionCommand(socket, 'inquest')], {
      stdio: ['pipe', 'pipe', 'ignore'],
      env: { ...process.env, PATH, WANTED: socket, ...env },
    });
    children.push(child);
    return new HostSession(child.stdout, child.stdin);
  }

  test('tells user, socket and command', async () => {
    const facts = await session(join(folder, 'absent.sock')).facts();
    assert.deepEqual([facts.user, facts.socket, facts.hasCommand], [userInfo().username, 'absent', true]);
    await mkdir(join(folder, 'dir.sock'));
    assert.equal((await session(join(folder, 'dir.sock')).facts()).socket, 'other');
    const server = createServer();
    await new Promise<void>((resolve) => {
      server.listen(join(folder, 'real.sock'), resolve);
    });
    await chmod(join(folder, 'real.sock'), 0o666);
    assert.equal((await session(join(folder, 'real.sock')).facts()).socket, 'usable');
    server.close();
  });

  test('becomes the stream of dial-stdio, whatever the path is', async () => {
    for (const shell of ['sh', 'bash']) {
      const path = `${folder}/it's "a" $HOME \`x\`; # & \\ .sock`;
      const { readable, writable } = await session(path, {}, shell).dial(false);
      writable.end('both ways\n');
      assert.equal(await text(readable), 'both ways\n');
    }
  });

  test('asks sudo first, and goes on without it', async () => {
    const refused = session('/s', { SUDO_REFUSES: 'yes' });
    await assert.rejects(refused.dial(true), SudoRefused);
    assert.equal(await refused.answers(), true);
    const { readable, writable } = await session('/s').dial(true);
    writable.end('x\n');
    assert.equal(await text(readable), 'by sudo\nx\n');
  });

  test('says whether the agent answers, and can be dialed once', async () => {
    assert.equal(await session('/s', { WANTED: '/other' }).answers(), false);
    const once = session('/s');
    assert.equal(await once.answers(), true);
    const { writable } = await once.dial(false);
    await assert.rejects(once.dial(false), SessionFailed);
    writable.end();
  });
});

describe('a session that is none', () => {
  const started = (): { session: HostSession; output: PassThrough } => {
    const output = new PassThrough();
    return { session: new HostSession(output, new PassThrough()), output };
  };

  test('ends before it begins', async () => {
    const { session, output } = started();
    output.end('This account is not available.\n');
    await assert.rejects(session.facts(), SessionFailed);
  });

  test('never stops talking', async () => {
    const { session, output } = started();
    output.write('x'.repeat(70_000));
    await assert.rejects(session.facts(), SessionFailed);
  });

  test('says something else', async () => {
    const { session, output } = started();
    output.write('inquest-facts 1\r\nnothing\ninquest-facts end\n');
    await assert.rejects(session.facts(), SessionFailed);
  });

  test('breaks', async () => {
    const { session, output } = started();
    output.destroy(new Error('broken pipe'));
    await assert.rejects(session.facts(), /broken pipe/);
  });
});

test('words are quoted only where they must be', () => {
  assert.deepEqual(['/run/a.sock', 'a b', "it's", ''].map(shellQuote), ['/run/a.sock', "'a b'", "'it'\\''s'", "''"]);
});
