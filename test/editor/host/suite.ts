/**
 * Runs inside the extension host of a real VS Code, as an extension of its own (code-server) or by `run` (test-electron).
 * Checks throw; what is worth printing is returned.
 */
import assert from 'node:assert/strict';
import { createHook } from 'node:async_hooks';
import { writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import * as vscode from 'vscode';

const EXTENSION = 'inquest.inquest';
const PANEL = 'inquest.explain';
/** What was opened before has settled, and the tree has counted for the last time. */
const SETTLE_MS = 11_000;
/** Longer than the shortest step of ‘12 s ago’. */
const IDLE_MS = 12_000;
/** Commands that VS Code adds for each view by itself. */
const OF_VIEWS = /^inquest\.(?:deaths|hosts)\./;

interface Outcome {
  readonly passed: readonly string[];
  readonly failures: readonly string[];
  readonly figures: Readonly<Record<string, number>>;
}

interface Death {
  readonly hostId: string;
  readonly deathId: string;
  readonly headline: string;
}

function inquest(): vscode.Extension<unknown> {
  const found = vscode.extensions.getExtension(EXTENSION);
  assert.ok(found !== undefined, `${EXTENSION} is not installed`);
  return found;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function declaredCommands(): readonly { readonly id: string; readonly title: string }[] {
  const manifest: unknown = inquest().packageJSON;
  const commands = field(field(manifest, 'contributes'), 'commands');
  assert.ok(Array.isArray(commands));
  return commands.map((command: unknown) => {
    const title = field(command, 'title');
    return {
      id: String(field(command, 'command')),
      title: typeof title === 'string' ? title : String(field(title, 'value')),
    };
  });
}

async function textOf(scheme: string): Promise<string> {
  const document = vscode.window.activeTextEditor?.document;
  assert.equal(document?.uri.scheme, scheme);
  await Promise.resolve();
  return document.getText();
}

const figures: Record<string, number> = {};

function checks(death: Death | undefined): readonly Check[] {
  return [
    [
      'activates and says how long it took',
      async () => {
        const api: unknown = await inquest().activate();
        const ms = field(api, 'activationMs');
        assert.ok(typeof ms === 'number');
        figures['activationMs'] = ms;
      },
    ],
    [
      'registers every command that it declares, and declares every one that it registers',
      async () => {
        const registered = (await vscode.commands.getCommands()).filter(
          (id) => id.startsWith('inquest.') && !OF_VIEWS.test(id),
        );
        assert.deepEqual(
          registered.sort(),
          declaredCommands()
            .map(({ id }) => id)
            .sort(),
        );
      },
    ],
    [
      'has a title in words for every command',
      () => {
        for (const { id, title } of declaredCommands()) assert.doesNotMatch(title, /^%|^$/, id);
        return Promise.resolve();
      },
    ],
    [
      'has both views',
      async () => {
        await vscode.commands.executeCommand('inquest.deaths.focus');
        await vscode.commands.executeCommand('inquest.hosts.focus');
      },
    ],
    [
      'refuses arguments that are no death without an error',
      async () => {
        await vscode.commands.executeCommand('inquest.markSeen', { entry: '<img>' });
        await vscode.commands.executeCommand('inquest.copyFix', { host: { id: 'nobody' } });
      },
    ],
    ...(death === undefined ? [] : deathChecks(death)),
    [
      'sets no timer while nothing happens and nobody looks',
      async () => {
        // Ages such as ‘12 s ago’ are counted where they are seen.
        await vscode.commands.executeCommand('workbench.view.explorer');
        await pause(SETTLE_MS);
        assert.deepEqual(await timersOf(inquest().extensionPath, IDLE_MS), []);
      },
    ],
  ];
}

const BYTES_PER_MIB = 1_024 * 1_024;
const NS_PER_MS = 1e6;

/** Reads a long list to its end, as a person would who asks for older deaths again and again. */
function longList(count: number): readonly Check[] {
  return [
    [
      `reads ${String(count)} deaths page by page`,
      async () => {
        const api: unknown = await inquest().activate();
        const read = (): number => {
          const deathsRead = field(api, 'deathsRead');
          assert.ok(typeof deathsRead === 'function');
          return Number(Reflect.apply(deathsRead, api, []));
        };
        await vscode.commands.executeCommand('inquest.showDeaths');
        for (let attempt = 0; read() === 0 && attempt < 300; attempt += 1) await pause(100);
        figures['firstPage'] = read();
        assert.ok(read() > 0 && read() < 1_000, `${String(read())} deaths at first`);
        const heap = process.memoryUsage().heapUsed;
        const delay = monitorEventLoopDelay({ resolution: 10 });
        delay.enable();
        const pages: number[] = [];
        for (let before = 0; read() > before && read() < count;) {
          before = read();
          const begun = performance.now();
          await vscode.commands.executeCommand('inquest.loadMore');
          pages.push(performance.now() - begun);
        }
        delay.disable();
        assert.equal(read(), count);
        figures['pageMs'] = pages.sort((a, b) => a - b)[Math.floor(pages.length / 2)] ?? Number.NaN;
        figures['pauseMs'] = delay.max / NS_PER_MS;
        figures['heapMib'] = (process.memoryUsage().heapUsed - heap) / BYTES_PER_MIB;
      },
    ],
  ];
}

/** Where in the extension's own code timers were made within a time. */
async function timersOf(folder: string, forMs: number): Promise<readonly string[]> {
  const found: string[] = [];
  const hook = createHook({
    init: (_id, type) => {
      if (type !== 'Timeout' && type !== 'Immediate') return;
      const caller = (new Error(type).stack ?? '')
        .split('\n')
        .slice(2)
        .find((frame) => !frame.includes('node:'));
      // The editor makes some of its own for every message.
      if (caller?.includes(folder) === true) found.push(caller.trim());
    },
  });
  hook.enable();
  await pause(forMs);
  hook.disable();
  return found;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function deathChecks(death: Death): readonly Check[] {
  const ref = { hostId: death.hostId, deathId: death.deathId };
  return [
    [
      'opens the raw evidence as JSON',
      async () => {
        await vscode.commands.executeCommand('inquest.openRawEvidence', ref);
        const report: unknown = JSON.parse(await textOf('inquest-raw'));
        assert.equal(field(report, 'headline'), death.headline);
        assert.equal(vscode.window.activeTextEditor?.document.languageId, 'json');
      },
    ],
    [
      'opens the log at death as a read-only document',
      async () => {
        await vscode.commands.executeCommand('inquest.openLog', ref);
        const before = await textOf('inquest-log');
        assert.notEqual(before, '');
        await vscode.commands.executeCommand('type', { text: 'x' });
        assert.equal(await textOf('inquest-log'), before);
      },
    ],
    [
      'explains the exit as text',
      async () => {
        await vscode.commands.executeCommand('inquest.explainExitAsText', ref);
        assert.match(await textOf('inquest-text'), /^## .+\n\n.+\n\n- \*\*Exit code/);
      },
    ],
    [
      'copies a link that leads back to the death',
      async () => {
        await vscode.commands.executeCommand('inquest.copyLink', ref);
        const link = vscode.Uri.parse(await vscode.env.clipboard.readText());
        assert.equal(link.authority, EXTENSION);
        assert.equal(new URLSearchParams(link.query).get('id'), death.deathId);
      },
    ],
    [
      'opens the Explain Exit panel from a death id alone, as a hover does',
      async () => {
        await vscode.commands.executeCommand('inquest.explainExit', death.deathId);
        const tab = await panelTab();
        assert.match(tab?.label ?? '', /invoices-worker/);
      },
    ],
  ];
}

/** Tabs are told of a little later than they open. */
async function panelTab(): Promise<vscode.Tab | undefined> {
  for (let attempt = 0; attempt < 50; attempt += 1) {
    const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
    const found = tabs.find(({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith(PANEL));
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  return undefined;
}

type Check = readonly [string, () => Promise<void>];

async function runChecks(all: readonly Check[]): Promise<Outcome> {
  const passed: string[] = [];
  const failures: string[] = [];
  for (const [name, check] of all) {
    try {
      await check();
      passed.push(name);
    } catch (error) {
      failures.push(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
  }
  return { passed, failures, figures };
}

function deathOfEnvironment(): Death | undefined {
  const { INQUEST_SUITE_DEATH } = process.env;
  if (INQUEST_SUITE_DEATH === undefined) return undefined;
  const parsed: unknown = JSON.parse(INQUEST_SUITE_DEATH);
  const [hostId, deathId, headline] = ['hostId', 'deathId', 'headline'].map((name) => String(field(parsed, name)));
  return { hostId: hostId ?? '', deathId: deathId ?? '', headline: headline ?? '' };
}

function checksOfEnvironment(): readonly Check[] {
  const count = process.env['INQUEST_SUITE_COUNT'];
  return count === undefined ? checks(deathOfEnvironment()) : longList(Number(count));
}

/** For @vscode/test-electron. */
export async function run(): Promise<void> {
  const { failures } = await runChecks(checksOfEnvironment());
  if (failures.length > 0) throw new Error(failures.join('\n\n'));
}

/** For code-server, where the suite is an extension: the outcome goes into a file. */
export async function activate(): Promise<void> {
  const { INQUEST_SUITE_OUTCOME } = process.env;
  if (INQUEST_SUITE_OUTCOME === undefined) return;
  await inquest().activate();
  const outcome = await runChecks(checksOfEnvironment());
  writeFileSync(INQUEST_SUITE_OUTCOME, JSON.stringify(outcome));
}
