import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { InquestError } from '../../../agent/domain/errors.ts';
import { readContents, verify } from '../../../agent/install/bundle.ts';
import { planInstall } from '../../../agent/install/install.ts';
import { layoutAt } from '../../../agent/install/layout.ts';
import { perform } from '../../../agent/install/step.ts';
import { planUninstall } from '../../../agent/install/uninstall.ts';
import { unitText } from '../../../agent/install/unit.ts';

const scratch = mkdtempSync(join(tmpdir(), 'inq-install-'));
after(() => rmSync(scratch, { recursive: true, force: true }));

interface Host {
  readonly root: string;
  readonly layout: ReturnType<typeof layoutAt>;
  /** What the host's tools were asked for. */
  readonly tools: string[];
  install: (version: string, answers?: () => Promise<void>) => Promise<readonly string[]>;
  uninstall: (purge?: boolean) => Promise<void>;
}

let hosts = 0;

/** A host in a folder: real files, tools that only write down what they were asked. */
function newHost(): Host {
  const root = join(scratch, `host-${String((hosts += 1))}`);
  mkdirSync(root);
  const layout = layoutAt(root);
  const tools: string[] = [];
  let hasGroup = false;
  const run = async (file: string, ...argv: readonly string[]): Promise<void> => {
    tools.push([file, ...argv].join(' '));
    if (file === 'groupadd') hasGroup = true;
    if (file === 'groupdel') hasGroup = false;
  };
  const silent = {
    done: () => undefined,
    undone: () => undefined,
    stuck: (_: string, error: unknown) => assert.ifError(error),
  };
  return {
    root,
    layout,
    tools,
    install: async (version, answers = () => Promise.resolve()) => {
      const source = bundleOf(version);
      const contents = await readContents(source);
      await verify(source, contents);
      const steps = await planInstall({ source, version, contents, layout, run, hasGroup, answers });
      await perform(steps, silent);
      return steps.map(({ says }) => says);
    },
    uninstall: async (purge = false) => {
      const steps = planUninstall({
        layout,
        run,
        hasGroup,
        hasUnit: existsSync(layout.unit),
        detach: () => tools.push('detach'),
        purge,
      });
      await perform(steps, silent);
    },
  };
}

function bundleOf(version: string): string {
  const folder = join(scratch, `bundle-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(folder);
  const files = { node: 'node', inquest: '#!/bin/sh\n', 'inquest.mjs': `// ${version}` };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  chmodSync(join(folder, 'inquest'), 0o777);
  const sum = (text: string): string => createHash('sha256').update(text).digest('hex');
  writeFileSync(
    join(folder, 'SHA256SUMS'),
    Object.entries(files)
      .map(([name, text]) => `${sum(text)}  ${name}\n`)
      .join(''),
  );
  return folder;
}

const filesOn = (host: Host): readonly string[] =>
  globSync('**/*', { cwd: host.root })
    .filter((path) => !statSync(join(host.root, path)).isDirectory())
    .sort();

test('a first installation: files that nobody else may write, links, service, group', async () => {
  const host = newHost();
  await host.install('1.0.0');
  const { layout } = host;
  assert.equal(readlinkSync(layout.current), '1.0.0');
  assert.equal(readlinkSync(layout.command), join(layout.current, 'inquest'));
  assert.equal(readFileSync(join(layout.current, 'inquest.mjs'), 'utf8'), '// 1.0.0');
  assert.equal(statSync(join(layout.current, 'inquest')).mode & 0o777, 0o755);
  assert.equal(statSync(layout.programs).mode & 0o777, 0o755);
  assert.equal(readFileSync(layout.unit, 'utf8'), unitText(layout));
  assert.deepEqual(host.tools, [
    'groupadd --system inquest',
    'systemctl daemon-reload',
    'systemctl enable --quiet inquest.service',
    'systemctl restart inquest.service',
  ]);
});

test('the same again changes no file', async () => {
  const host = newHost();
  await host.install('1.0.0');
  const before = statSync(join(host.layout.programs, '1.0.0')).ino;
  const says = await host.install('1.0.0');
  assert.equal(statSync(join(host.layout.programs, '1.0.0')).ino, before);
  assert.ok(!says.some((one) => /^(?:Copy|Point|Write|Make)/.test(one)), says.join('\n'));
});

test('an upgrade switches over, keeps the store and takes the earlier version away', async () => {
  const host = newHost();
  await host.install('1.0.0');
  mkdirSync(host.layout.store, { recursive: true });
  writeFileSync(join(host.layout.store, 'deaths.db'), 'deaths');
  await host.install('1.1.0');
  assert.equal(readlinkSync(host.layout.current), '1.1.0');
  assert.ok(!existsSync(join(host.layout.programs, '1.0.0')));
  assert.equal(readFileSync(join(host.layout.store, 'deaths.db'), 'utf8'), 'deaths');
});

test('an upgrade whose agent does not answer is taken back, and the earlier version started', async () => {
  const host = newHost();
  await host.install('1.0.0');
  const before = filesOn(host);
  host.tools.length = 0;
  const silent = new InquestError('agent-not-running', 'it does not answer');
  await assert.rejects(
    host.install('2.0.0', () => Promise.reject(silent)),
    silent,
  );
  assert.deepEqual(filesOn(host), before);
  assert.equal(readlinkSync(host.layout.current), '1.0.0');
  assert.equal(host.tools.at(-1), 'systemctl enable --quiet --now inquest.service');
});

test('a first installation that fails leaves nothing', async () => {
  const host = newHost();
  await assert.rejects(host.install('1.0.0', () => Promise.reject(new Error('no'))));
  assert.deepEqual(filesOn(host), []);
  assert.equal(host.tools.at(-1), 'groupdel inquest');
});

test('removal keeps the deaths unless told otherwise, and else leaves no file', async () => {
  const host = newHost();
  await host.install('1.0.0');
  mkdirSync(host.layout.store, { recursive: true });
  writeFileSync(join(host.layout.store, 'deaths.db'), 'deaths');
  await host.uninstall();
  assert.deepEqual(filesOn(host), ['var/lib/inquest/deaths.db']);
  assert.ok(host.tools.includes('detach'));
  await host.uninstall(true);
  assert.deepEqual(filesOn(host), []);
});

test('a changed file is found before anything is done, and somebody else’s file is left alone', async () => {
  const host = newHost();
  const source = bundleOf('6.6.6');
  writeFileSync(join(source, 'inquest.mjs'), 'evil');
  await assert.rejects(host.install('6.6.6'), /inquest\.mjs is not what the bundle/);
  assert.deepEqual(filesOn(host), []);
  mkdirSync(join(host.root, 'usr/local/bin'), { recursive: true });
  writeFileSync(host.layout.command, 'theirs');
  await assert.rejects(host.install('1.0.0'), /exists and is not a link of Inquest/);
  assert.equal(readFileSync(host.layout.command, 'utf8'), 'theirs');
  assert.deepEqual(filesOn(host), ['usr/local/bin/inquest']);
});
