import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { DEFAULT_HOST_SETTINGS } from '../../../extension/hosts/index.ts';
import { openLink } from '../../../extension/hosts/open-agent.ts';
import type { HostLink } from '../../../extension/hosts/transport.ts';
import { readBundle, type Bundle } from '../../../extension/install/bundle.ts';
import { onTerminal, installLine } from '../../../extension/install/commands.ts';
import { FACTS_SCRIPT, parseHostFacts } from '../../../extension/install/host-facts.ts';
import { InstallError } from '../../../extension/install/problem.ts';
import { runScript } from '../../../extension/install/run-script.ts';
import { stage, type Staged, type StagingOptions } from '../../../extension/install/staging.ts';
import { sshdUnavailable, SshLab } from '../../support/sshd.ts';
import { packBundle, FACTS } from '../../unit/extension/install/support.ts';
import { TRANSPORTS } from './harness.ts';

const quiet = (): undefined => undefined;

/** Whatever the umask is, sessions of another user may write there. */
async function openFolder(path: string): Promise<void> {
  await mkdir(path);
  await chmod(path, 0o777);
}
const folder = mkdtempSync(join(tmpdir(), 'inq-bundles-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const SUDO = `#!/bin/sh
[ "$1" = -- ] && shift
printf 'Password: ' >/dev/tty
read word </dev/tty
[ "$word" = sesame ] || { echo 'Sorry, try again.' >&2; exit 1; }
exec "$@"
`;
/** Says how it was called and with what it could be read by others, which is nothing. */
const INQUEST = '#!/bin/sh\necho "inquest $*"; stat -c %a "$(dirname "$0")/.."; test -t 1 && echo on a terminal\n';

for (const transport of TRANSPORTS) {
  describe(`an agent is brought to a host by ${transport}`, { skip: sshdUnavailable() }, () => {
    let lab: SshLab;
    let bundle: Bundle;
    let link: HostLink | undefined;

    before(async () => {
      lab = await SshLab.make();
      bundle = await readBundle(
        await packBundle(folder, `inquest-1.0.${String(transport.length)}-linux-x64`, { inquest: INQUEST }),
      );
      await openFolder(lab.local('tmp'));
    });
    afterEach(() => {
      link?.close();
    });
    after(() => lab.stop());

    /** A host on which these programs stand before the system's. Temporary files are in the lab's folder. */
    async function host(name: string, programs: Readonly<Record<string, string>> = {}): Promise<HostLink> {
      await mkdir(lab.local(`own-${name}`));
      for (const [program, text] of Object.entries(programs)) {
        await writeFile(lab.local(`own-${name}/${program}`), text, { mode: 0o755 });
      }
      const path = `${lab.remote(`own-${name}`)}:/usr/bin:/bin`;
      const server = await lab.start({ lines: [`SetEnv PATH=${path} TMPDIR=${lab.remote('tmp')}`] });
      await lab.trust(server);
      await lab.configure(name, server);
      const settings = { ...DEFAULT_HOST_SETTINGS, target: name, transport, sshConfigFile: lab.configFile };
      const log = { debug: quiet, info: quiet, warn: quiet };
      link = await openLink({ settings, log, attempt: { signal: new AbortController().signal, prompter: undefined } });
      return link;
    }

    const left = (): readonly string[] => readdirSync(lab.local('tmp'));

    function bring(to: HostLink, options: Partial<StagingOptions> = {}): Promise<Staged> {
      return stage(to, bundle, { signal: new AbortController().signal, onSent: quiet, isLocal: false, ...options });
    }

    async function problemOf(work: Promise<unknown>): Promise<string> {
      try {
        await work;
      } catch (error) {
        if (error instanceof InstallError) return error.problem.reason;
        throw error;
      }
      return 'fine';
    }

    test('checked, unpacked for nobody else to read, run on a terminal where sudo asks, and taken away', async () => {
      const to = await host('asking', { sudo: SUDO });
      const facts = parseHostFacts((await runScript(to, FACTS_SCRIPT)).stdout);
      assert.deepEqual([facts.user, facts.system], [lab.user, 'Linux']);
      let sent = 0;
      const staged = await bring(to, { onSent: (bytes) => (sent = bytes) });
      assert.equal(sent, bundle.bytes);
      assert.equal(statSync(join(lab.local('tmp'), left()[0] ?? '')).mode & 0o777, 0o700);
      const said = await typeInto(to, installLine(FACTS, staged.folder, undefined), 'sesame\r');
      assert.match(said.text, /Password:[\s\S]*inquest install\r\n700\r\non a terminal/);
      assert.equal(said.status, 0);
      const wrong = await typeInto(to, installLine(FACTS, staged.folder, undefined), 'guess\r');
      assert.equal(wrong.status, 1);
      await staged.remove();
      assert.deepEqual(left(), []);
    });

    async function typeInto(
      to: HostLink,
      line: string,
      typed: string,
    ): Promise<{ readonly text: string; readonly status: number | undefined }> {
      const child = await to.execute(onTerminal(line), { terminal: true });
      let text = '';
      for (const stream of [child.stdout, child.stderr]) {
        stream.on('data', (chunk: Buffer) => {
          text += chunk.toString();
          if (!text.endsWith('Password: ')) return;
          child.stdin.write(typed);
          text += '\n';
        });
      }
      const status = await child.ended;
      return { text, status };
    }

    test('cancelled while it is copied, nothing stays', async () => {
      const to = await host('patient');
      const controller = new AbortController();
      const cancel = (): void => {
        controller.abort();
      };
      assert.equal(await problemOf(bring(to, { signal: controller.signal, onSent: cancel })), 'cancelled');
      assert.deepEqual(left(), []);
    });

    test('a full disk, bytes that changed on the way and a Node.js that does not run are told apart', async () => {
      const full = await host('full', { df: '#!/bin/sh\necho x 1 1 0 100% /\n' });
      assert.equal(await problemOf(bring(full)), 'no-space');
      full.close();
      const lying = await host('lying', { sha256sum: '#!/bin/sh\necho 00 -\n' });
      assert.equal(await problemOf(bring(lying)), 'damaged');
      lying.close();
      const filling = await host('filling', {
        cat: '#!/bin/sh\necho "cat: write error: No space left on device" >&2; exit 1\n',
      });
      assert.equal(await problemOf(bring(filling)), 'no-space');
      filling.close();
      const bad = await readBundle(
        await packBundle(folder, `inquest-6.6.${String(transport.length)}-linux-x64`, { node: '#!/nowhere/ld.so\n' }),
      );
      const musl = await host('musl');
      const signal = new AbortController().signal;
      assert.equal(await problemOf(stage(musl, bad, { signal, onSent: quiet, isLocal: false })), 'does-not-run');
      assert.deepEqual(left(), []);
    });

    test('an account that runs no commands, and a connection that is gone, are told and not waited for', async () => {
      const to = await host('closed');
      to.close();
      const settled = await Promise.allSettled([runScript(to, FACTS_SCRIPT)]);
      assert.ok(settled.every((one) => one.status === 'rejected' || one.value.status !== 0));
    });

    test('a hostile folder name of a host is never removed or entered', async () => {
      const victim = lab.local('victim');
      await openFolder(victim);
      const to = await host('evil', { mktemp: `#!/bin/sh\necho ${lab.remote('victim')}\n` });
      assert.equal(await problemOf(bring(to)), 'no-answer');
      assert.ok(existsSync(victim));
    });
  });
}

test('on this machine the bundle is unpacked where it lies, and terminals are made by script(1)', async () => {
  const file = await packBundle(folder, 'inquest-2.0.0-linux-x64', { inquest: INQUEST });
  const settings = { ...DEFAULT_HOST_SETTINGS };
  const log = { debug: quiet, info: quiet, warn: quiet };
  const { signal } = new AbortController();
  const link = await openLink({ settings, log, attempt: { signal, prompter: undefined } });
  try {
    const staged = await stage(link, await readBundle(file), { signal, onSent: quiet, isLocal: true });
    const child = await link.execute(`${staged.folder}/inquest install`, { terminal: true });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    assert.equal(await child.ended, 0);
    assert.match(text, /inquest install\r\n700\r\non a terminal/);
    await staged.remove();
    assert.ok(!existsSync(staged.folder));
    assert.ok(readFileSync(file).length > 0, 'the bundle itself stays');
  } finally {
    link.close();
  }
});
