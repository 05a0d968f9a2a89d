/**
 * Pictures of every state of the extension in all themes, in the real editor:
 *
 *     node test/editor/screenshots.ts [folder]     (default dist/screenshots)
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Death } from '../../agent/domain/death.ts';
import { Signal } from '../../agent/domain/signals.ts';
import { US_PER_SECOND } from '../../agent/domain/time.ts';
import { GALLERY } from '../support/death-gallery.ts';
import { concludedDeath, concludedWound, lifeOf } from '../support/concluded-death.ts';
import { containerOf, deathId, DIED_AT } from '../support/deaths.ts';
import { Editor, editorUnavailable, packExtension, THEMES } from '../support/editor.ts';
import type { FakeAgent } from '../support/fake-agent.ts';
import { startFakeAgent } from '../support/fake-agent.ts';
import { diedAgo } from '../support/fresh-deaths.ts';
import { UnhappyHosts } from '../support/unhappy-hosts.ts';
import { levels } from '../support/life.ts';
import { Workbench } from '../support/workbench.ts';

const SIZE = { width: 1280, height: 800 };
/** Animations and the pointer's delay. */
const SETTLE_MS = 1_200;
const LOOP = 5;

const MINUTES = 60 * US_PER_SECOND;

function gallery(): readonly Death[] {
  const {
    oom,
    'stop-ignored': stopIgnored,
    'kill-host': killHost,
    'exit-error': exitError,
    segfault,
    unknown,
  } = GALLERY;
  const loop = Array.from({ length: LOOP }, (_, index) => ({
    ...diedAgo(exitError, (9 + 3 * index) * MINUTES),
    id: deathId(`loop${'abcdefgh'.charAt(index)}`),
    container: containerOf('queue-consumer'),
  }));
  return [
    diedAgo(migrated(), 47 * MINUTES),
    diedAgo(wounded(), 2 * MINUTES),
    ...loop,
    diedAgo(unknown, 95 * MINUTES),
    inNode(diedAgo(segfault, 31 * MINUTES)),
    diedAgo(stopIgnored, 12 * MINUTES),
    diedAgo(killHost, 4 * MINUTES),
    diedAgo(oom, 20 * US_PER_SECOND),
  ];
}

/** Of a cluster that somebody made in a container of a build machine. */
function inNode(death: Death): Death {
  const runner = { id: '7c31'.repeat(16), name: 'ci-runner' };
  const outer = { id: '4f0a'.repeat(16), name: 'kind-worker', outer: runner };
  return { ...death, container: { ...death.container, outer } };
}

function migrated(): Death {
  const life = lifeOf('db-migrate', { ranSeconds: 42 });
  const node = life.main(['node', 'migrate.js']);
  life.now = DIED_AT;
  life.exit(node, 0);
  life.dockerSawEnd(0);
  return concludedDeath('db-migrate', life);
}

/** A supervisor that starts its workers anew as the kernel kills them. */
function wounded(): Death {
  const life = lifeOf('report-service', { ranSeconds: 7_500 });
  const master = life.main(['gunicorn', '--workers', '4', 'report:app']);
  life.now = DIED_AT;
  for (let times = 0; times < 3; times += 1) {
    const worker = life.child(master, ['gunicorn', '--worker']);
    life.wait(20_000);
    life.oom(worker, levels(life.id, 'container'));
    life.killed(worker, Signal.KILL);
  }
  return concludedWound('report-service', life);
}

async function shoot(workbench: Workbench, folder: string, name: string): Promise<void> {
  await workbench.page.waitForTimeout(SETTLE_MS);
  const file = join(folder, `${name}.png`);
  await workbench.page.screenshot({ path: file });
  console.log(file);
}

async function shootTheme(
  workbench: Workbench,
  editor: Editor,
  folder: string,
  theme: keyof typeof THEMES,
): Promise<void> {
  editor.configure({ 'workbench.colorTheme': THEMES[theme] });
  await workbench.reloadWithTheme(THEMES[theme]);
  await workbench.openView();
  await workbench.page.keyboard.press('Escape');
  await workbench.row('redis-cache').click();
  await workbench.panel('alice killed');
  await shoot(workbench, folder, `panel-chain-${theme}`);
  await workbench.row('invoices-worker').click();
  const frame = await workbench.panel('Out of memory');
  await shoot(workbench, folder, `panel-top-${theme}`);
  await frame.evaluate(() => {
    document.querySelector('inquest-panel')?.shadowRoot?.getElementById('memory')?.scrollIntoView();
  });
  await shoot(workbench, folder, `panel-memory-${theme}`);
  await workbench.page.mouse.move(900, 500);
  await workbench.row('shop-api').hover();
  await workbench.page.locator('.workbench-hover').first().waitFor();
  await shoot(workbench, folder, `tooltip-${theme}`);
  await workbench.page.mouse.move(900, 500);
  await workbench.openFile('shop.log');
  await workbench.hoverText('exited with code', 'What really happened');
  await shoot(workbench, folder, `hover-${theme}`);
  await workbench.page.mouse.move(900, 760);
}

async function shootStates(workbench: Workbench, editor: Editor, agent: FakeAgent, folder: string): Promise<void> {
  await workbench.row('image-resizer').click();
  await workbench.panel('crashed with SIGSEGV');
  await shoot(workbench, folder, 'panel-crash');
  await workbench.row('report-service').click();
  await workbench.panel('runs on');
  await shoot(workbench, folder, 'panel-wounded');
  await workbench.row('queue-consumer').click();
  await shoot(workbench, folder, 'tree-restart-loop');
  await workbench.command('Inquest: Group by Cause');
  await shoot(workbench, folder, 'tree-by-cause');
  await workbench.command('Inquest: Group by Time');
  // Rows move; a click must not land on what stood there before.
  await workbench.row('Last 24 Hours').waitFor();
  await workbench.page.setViewportSize({ width: 640, height: 800 });
  await workbench.row('invoices-worker').click();
  await workbench.panel('Out of memory');
  await workbench.page.mouse.move(500, 700);
  await shoot(workbench, folder, 'panel-narrow');
  // What is left at 200 %.
  await workbench.page.setViewportSize({ width: SIZE.width / 2, height: SIZE.height / 2 });
  await shoot(workbench, folder, 'panel-zoom-200');
  await workbench.page.setViewportSize(SIZE);
  await workbench.command('Inquest: Get Started');
  await shoot(workbench, folder, 'walkthrough');
  await workbench.command('View: Close All Editors');
  agent.announce({ ...diedAgo(GALLERY.segfault, 0), id: deathId('fresh'), container: containerOf('thumbnailer') });
  await workbench.notifications().first().waitFor();
  await shoot(workbench, folder, 'notification');
  await agent.stop();
  await workbench.row('This machine').filter({ hasText: 'not running' }).waitFor();
  await workbench.command('Notifications: Clear All Notifications');
  await shoot(workbench, folder, 'host-lost');
  await workbench.row('image-resizer').click();
  await workbench.panel('not running');
  await shoot(workbench, folder, 'panel-not-connected');
  await workbench.command('View: Close All Editors');
  editor.configure({ 'inquest.local.agent': 'off', 'workbench.colorTheme': THEMES.dark });
  await workbench.reloadWithTheme(THEMES.dark);
  await workbench.openView();
  await workbench.page.locator('.welcome-view', { hasText: 'See why containers died' }).first().waitFor();
  await workbench.page.mouse.move(900, 500);
  await shoot(workbench, folder, 'no-host');
}

/** Hosts behind SSH that do not answer, or not this person. */
async function shootUnhappy(workbench: Workbench, editor: Editor, hosts: UnhappyHosts, folder: string): Promise<void> {
  const says = (text: string): Promise<void> =>
    workbench.page.locator('.welcome-view', { hasText: text }).first().waitFor();
  editor.configure({ 'inquest.ssh.configFile': hosts.configFile, 'inquest.hosts': ['silent'] });
  await says('Connecting');
  await shoot(workbench, folder, 'connecting');
  editor.configure({ 'inquest.hosts': [hosts.shut] });
  await says('for members of a group');
  await shoot(workbench, folder, 'no-permission');
}

/** What the Deaths view says while it has nothing to show. */
async function shootEmptiness(workbench: Workbench, editor: Editor, temporary: string, folder: string): Promise<void> {
  const says = (text: string): Promise<void> =>
    workbench.page.locator('.welcome-view', { hasText: text }).first().waitFor();
  editor.configure({ 'inquest.hosts': ['no-such-host.invalid'] });
  await says('No host can be reached');
  await shoot(workbench, folder, 'unreachable');
  const socket = join(temporary, 'agent.sock');
  editor.configure({ 'inquest.hosts': ['local'], 'inquest.local.socket': socket });
  await says('not installed');
  await shoot(workbench, folder, 'agent-missing');
  const agent = await startFakeAgent({ socket });
  try {
    await says('Nothing has died.');
    await shoot(workbench, folder, 'nothing-has-died');
    await workbench.command('Inquest: Filter Deaths');
    await workbench.page.locator('.quick-input-widget input').fill('is:oom exit:137 host:web-1');
    await shoot(workbench, folder, 'filter');
    await workbench.page.keyboard.press('Enter');
    await says('matches the filter');
    await shoot(workbench, folder, 'filtered-empty');
  } finally {
    await agent.stop();
  }
}

async function main(): Promise<void> {
  const reason = editorUnavailable();
  if (reason !== false) throw new Error(`no screenshots: ${reason}`);
  const folder = resolve(process.argv[2] ?? 'dist/screenshots');
  mkdirSync(folder, { recursive: true });
  const temporary = mkdtempSync(join(tmpdir(), 'inq-shots-'));
  const agent = await startFakeAgent({ deaths: gallery() });
  let editor: Editor | undefined;
  let workbench: Workbench | undefined;
  let hosts: UnhappyHosts | undefined;
  try {
    const vsix = join(temporary, 'inquest.vsix');
    await packExtension(vsix);
    const settings = { 'inquest.local.socket': agent.socket, 'editor.minimap.enabled': false };
    editor = await Editor.start({ extensions: [vsix], settings });
    writeFileSync(
      editor.workspaceFile('shop.log'),
      'batch 118: 40,000 invoices\nWARNING: batch 119 has 1,900,000 invoices\ncontainer invoices-worker exited with code 137\nrestarting invoices-worker\n',
    );
    workbench = await Workbench.open(editor, SIZE);
    for (const theme of ['light', 'hc-dark', 'hc-light', 'dark'] as const) {
      await shootTheme(workbench, editor, folder, theme);
    }
    await shootStates(workbench, editor, agent, folder);
    await shootEmptiness(workbench, editor, temporary, folder);
    hosts = await UnhappyHosts.start();
    await shootUnhappy(workbench, editor, hosts, folder);
  } catch (error) {
    if (workbench !== undefined) await shoot(workbench, folder, 'failed');
    process.stderr.write(`${editor?.log ?? ''}\n${editor?.outputOf('Inquest') ?? ''}`);
    throw error;
  } finally {
    await workbench?.close();
    await editor?.stop();
    await hosts?.stop();
    await agent.stop();
    rmSync(temporary, { recursive: true, force: true });
  }
}

await main();
