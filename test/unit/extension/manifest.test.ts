import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as z from 'zod';
import {
  COMMANDS,
  CONTEXT_KEYS,
  ITEMS,
  PANEL_TYPE,
  VIEW_CONTAINER,
  VIEWS,
  WALKTHROUGH,
} from '../../../extension/ids.ts';
import { EXTENSION_ID } from '../../../extension/deaths/links.ts';
import { GROUPINGS } from '../../../extension/deaths/grouping.ts';
import { NOTIFICATION_LEVELS } from '../../../extension/notify/policy.ts';
import { RESTRICTED_SETTINGS, SETTING_PREFIX, SETTINGS } from '../../../extension/settings/keys.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const text = readFileSync(join(root, 'package.json'), 'utf8');

const texts = z.record(z.string(), z.string());
const nls = texts.parse(readJson('extension/l10n/package.nls.json'));

const property = z.object({
  scope: z.string(),
  default: z.unknown(),
  enum: z.array(z.string()).optional(),
  enumDescriptions: z.array(z.string()).optional(),
});
const menuItem = z.looseObject({ command: z.string().optional(), when: z.string().optional() });
const manifest = z
  .object({
    name: z.string(),
    publisher: z.string(),
    icon: z.string(),
    activationEvents: z.array(z.string()),
    capabilities: z.object({
      untrustedWorkspaces: z.object({ restrictedConfigurations: z.array(z.string()) }),
    }),
    contributes: z.object({
      commands: z.array(z.object({ command: z.string(), title: z.string(), category: z.string() })),
      menus: z.record(z.string(), z.array(menuItem)),
      views: z.record(z.string(), z.array(z.object({ id: z.string() }))),
      viewsWelcome: z.array(z.object({ view: z.string(), when: z.string().optional() })),
      configuration: z.object({ properties: z.record(z.string(), property) }),
      walkthroughs: z.array(
        z.object({ id: z.string(), steps: z.array(z.object({ media: z.object({ svg: z.string() }) })) }),
      ),
    }),
  })
  .parse(JSON.parse(text));
const { contributes } = manifest;
const menuItems = Object.values(contributes.menus).flat();

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(join(root, file), 'utf8'));
}

function sorted(items: Iterable<string>): readonly string[] {
  return [...items].sort();
}

describe('the manifest', () => {
  it('declares the commands that the code registers, each once and with an icon-free title', () => {
    assert.deepEqual(sorted(contributes.commands.map(({ command }) => command)), sorted(Object.values(COMMANDS)));
    for (const { title, category } of contributes.commands) {
      assert.match(title, /^%command\.\w+%$/);
      assert.equal(category, 'Inquest');
    }
  });

  it('puts only declared commands into menus, and none twice into the same place', () => {
    const declared = new Set<string>(Object.values(COMMANDS));
    for (const { command } of menuItems) if (command !== undefined) assert.ok(declared.has(command), command);
    for (const [menu, items] of Object.entries(contributes.menus)) {
      const places = items.map((item) => JSON.stringify(item));
      assert.equal(new Set(places).size, places.length, menu);
    }
  });

  it('hides from the palette what needs a row, and everything that needs a host while there is none', () => {
    const palette = new Map(contributes.menus['commandPalette']?.map(({ command, when }) => [command, when]));
    assert.equal(palette.get(COMMANDS.markSeen), 'false');
    assert.equal(palette.get(COMMANDS.explainExit), CONTEXT_KEYS.hasHosts);
    assert.equal(palette.get(COMMANDS.addHost), undefined, 'always there');
  });

  it('uses only context keys that the code sets', () => {
    const known = new Set<string>([...Object.values(CONTEXT_KEYS), ...Object.values(VIEWS), 'inquest-log']);
    const conditions = [...text.matchAll(/"(?:when|enablement)": "([^"]*)"/g)].map(([, when = '']) => when);
    const used = conditions.flatMap((when) => [...when.matchAll(/inquest[.\w-]+/g)].map(([key]) => key));
    assert.ok(used.length > 20);
    for (const key of used) assert.ok(known.has(key), key);
  });

  it('matches rows by the values that the code gives them', () => {
    const patterns = [...text.matchAll(/viewItem =~ \/(.*?)\/(?=[ "])/g)].map(
      ([, source = '']) => new RegExp(source.replaceAll('\\\\', '\\')),
    );
    assert.ok(patterns.length > 5);
    const values = Object.values(ITEMS);
    for (const pattern of patterns)
      assert.ok(
        values.some((value) => pattern.test(value)),
        String(pattern),
      );
  });

  it('has a welcome text for each state of the Deaths view', () => {
    const source = readFileSync(join(root, 'extension/connect/states.ts'), 'utf8');
    const [, union = ''] = /export type DeathsState =([\s\S]*?);/.exec(source) ?? [];
    const states = [...union.matchAll(/'(\w+)'/g)].map(([, state = '']) => state).filter((state) => state !== 'ready');
    const welcomed = contributes.viewsWelcome.flatMap(({ view, when }) =>
      view === VIEWS.deaths ? [when?.split(' == ')[1] ?? ''] : [],
    );
    assert.deepEqual(sorted(welcomed), sorted(states));
  });

  it('declares the settings that the code reads, with scope, default and the meaning of each value', () => {
    const { properties } = contributes.configuration;
    assert.deepEqual(
      sorted(Object.keys(properties)),
      sorted(Object.values(SETTINGS).map((key) => `${SETTING_PREFIX}.${key}`)),
    );
    for (const [key, declared] of Object.entries(properties)) {
      assert.ok(['machine', 'window'].includes(declared.scope), key);
      assert.notEqual(declared.default, undefined, key);
      assert.equal(declared.enumDescriptions?.length, declared.enum?.length, key);
    }
    assert.deepEqual(properties['inquest.notifications']?.enum, [...NOTIFICATION_LEVELS]);
  });

  it('lets no workspace say which hosts are connected to, by what, or what is installed there', () => {
    const keys = RESTRICTED_SETTINGS.map((name) => `${SETTING_PREFIX}.${SETTINGS[name]}`);
    assert.deepEqual(sorted(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations), sorted(keys));
    for (const key of keys) assert.equal(contributes.configuration.properties[key]?.scope, 'machine', key);
  });

  it('has a text for every key that it refers to, and no other texts', () => {
    const used = new Set([...text.matchAll(/"%([\w.]+)%"/g)].map(([, key = '']) => key));
    assert.deepEqual(sorted(used), sorted(Object.keys(nls)));
    for (const [key, value] of Object.entries(nls)) assert.ok(value.trim() !== '', key);
    for (const [, command] of Object.values(nls).flatMap((value) => [...value.matchAll(/\(command:([\w.]+)\)/g)])) {
      assert.ok(Object.values<string>(COMMANDS).includes(command ?? ''), command);
    }
  });

  it('names views, panel, walkthrough and extension as the code does', () => {
    assert.deepEqual(
      contributes.views[VIEW_CONTAINER]?.map(({ id }) => id),
      Object.values(VIEWS),
    );
    assert.ok(manifest.activationEvents.includes(`onWebviewPanel:${PANEL_TYPE}`));
    const [walkthrough] = contributes.walkthroughs;
    assert.equal(walkthrough?.id, WALKTHROUGH);
    assert.ok(walkthrough.steps.length <= 5);
    assert.equal(`${manifest.publisher}.${manifest.name}`, EXTENSION_ID);
    for (const grouping of GROUPINGS) {
      assert.ok(
        Object.values<string>(COMMANDS).includes(
          `inquest.groupBy${grouping[0]?.toUpperCase() ?? ''}${grouping.slice(1)}`,
        ),
      );
    }
  });

  it('refers to pictures that exist and follow the theme', () => {
    const pictures = contributes.walkthroughs.flatMap(({ steps }) => steps.map(({ media }) => media.svg));
    for (const file of [...pictures, 'media/inquest.svg']) {
      const svg = readFileSync(join(root, file), 'utf8');
      assert.match(svg, /var\(--vscode-|currentColor/, file);
      assert.doesNotMatch(svg, /#[0-9a-f]{3,8}\b/i, file);
    }
    assert.ok(readFileSync(join(root, manifest.icon)).length > 1_000);
  });
});

describe('texts of the extension', () => {
  const bundle = texts.parse(readJson('extension/l10n/bundle.l10n.json'));

  it('are all in the bundle that translators get', () => {
    const files = globSync('extension/**/*.ts', { cwd: root });
    const calls = files.flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(/\bt\(\s*'((?:[^'\\]|\\.)*)'/g)].map(([, message = '']) =>
        message.replaceAll(/\\(.)/g, '$1'),
      ),
    );
    assert.ok(calls.length > 100);
    for (const message of calls) assert.ok(Object.hasOwn(bundle, message), message);
  });

  it('have no vscode import in files that are tested without VS Code', () => {
    const pure = globSync('extension/{deaths,hosts,server,settings,l10n}/**/*.ts', { cwd: root });
    for (const file of pure) assert.doesNotMatch(readFileSync(join(root, file), 'utf8'), /from 'vscode'/, file);
  });
});
