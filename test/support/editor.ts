import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EDITOR_ENTRY, isEditorInstalled } from './install-editor.ts';
import { isAlive, processTreeMentioning, signalProcess, waitFor } from './process-tree.ts';
import { runCommand } from './run-command.ts';

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const SECRET_BYTES = 32;

const root = join(import.meta.dirname, '..', '..');

/** What would move, ask or cover something. */
const QUIET: Readonly<Record<string, unknown>> = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'chat.disableAIFeatures': true,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'window.autoDetectColorScheme': false,
  'window.autoDetectHighContrast': false,
};

export const THEMES = {
  dark: 'Dark Modern',
  light: 'Light Modern',
  'hc-dark': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
} as const;

export const CHROMIUM = '/usr/bin/chromium';

/** Why the editor cannot run here; `false` when it can. */
export function editorUnavailable(): string | false {
  if (process.platform !== 'linux') return 'needs Linux';
  if (!isExecutable(CHROMIUM)) return `needs ${CHROMIUM}`;
  if (!isEditorInstalled()) return 'needs code-server: make setup-editor';
  if (!existsSync(join(root, 'dist', 'extension.cjs'))) return 'needs a build: make build';
  return false;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** Packs the extension as users get it; into a folder, only its files, when `out` is no `.vsix`. */
export async function packExtension(out: string): Promise<void> {
  const { code, stdout, stderr } = await runCommand(process.execPath, [join(root, '.config', 'vsix.mjs'), out]);
  if (code !== 0) throw new Error(`the extension could not be packed:\n${stdout}${stderr}`);
}

/** Packs a test-only extension. */
export async function packFolder(folder: string, out: string): Promise<void> {
  const vsce = join(root, 'node_modules', '@vscode', 'vsce', 'vsce');
  const flags = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', out];
  const { code, stdout, stderr } = await runCommand(process.execPath, [vsce, 'package', ...flags], { cwd: folder });
  if (code !== 0) throw new Error(`the extension in ${folder} could not be packed:\n${stdout}${stderr}`);
}

export interface EditorOptions {
  /** VSIX files to install. */
  readonly extensions: readonly string[];
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Opened in the window. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface Cookie {
  readonly name: string;
  readonly value: string;
}

/**
 * One editor of its own: private settings and extensions, a port of loopback, gone after `stop`. It has a terminal, and
 * every user of the machine reaches loopback: only who has the cookie gets in.
 */
export class Editor {
  readonly root: string;
  /** What code-server would set for whoever knows the password; nobody does, only its hash is made up. */
  readonly cookie: Cookie = { name: 'code-server-session', value: randomBytes(SECRET_BYTES).toString('hex') };
  readonly #options: EditorOptions;
  #process: ChildProcess | undefined;
  #port = 0;
  #settings: Readonly<Record<string, unknown>>;
  log = '';

  private constructor(options: EditorOptions) {
    this.#options = options;
    this.#settings = { ...QUIET, ...options.settings };
    this.root = mkdtempSync(join(tmpdir(), 'inq-editor-'));
  }

  static async start(options: EditorOptions): Promise<Editor> {
    const editor = new Editor(options);
    try {
      await editor.#prepare();
      await editor.#listen();
      return editor;
    } catch (error) {
      await editor.stop();
      throw error;
    }
  }

  /** The address of a window. */
  get url(): string {
    return `http://127.0.0.1:${String(this.#port)}/?folder=${encodeURIComponent(this.workspaceFile(''))}`;
  }

  /** The address of a window with a file of the folder open. */
  urlWith(name: string): string {
    const file = `vscode-remote://127.0.0.1:${String(this.#port)}${this.workspaceFile(name)}`;
    return `${this.url}&payload=${encodeURIComponent(JSON.stringify([['openFile', file]]))}`;
  }

  /** Changes settings, also while the editor runs: it watches the files. */
  configure(more: Readonly<Record<string, unknown>>): void {
    this.#settings = { ...this.#settings, ...more };
    // Settings of scope `machine` count on the machine that the window works on: here that is always a remote one.
    for (const folder of ['User', 'Machine']) {
      const path = join(this.root, 'user', folder);
      mkdirSync(path, { recursive: true });
      writeFileSync(join(path, 'settings.json'), JSON.stringify(this.#settings, null, 2));
    }
  }

  /** A file of the folder that is open. */
  workspaceFile(name: string): string {
    return join(this.#options.folder ?? join(this.root, 'workspace'), name);
  }

  /** Where the extension's output channel ends up; empty when it has not written yet. */
  outputOf(name: string): string {
    const logs = join(this.root, 'user', 'logs');
    const [newest] = globSync(`**/${name}.log`, { cwd: logs }).sort().reverse();
    return newest === undefined ? '' : readFileSync(join(logs, newest), 'utf8');
  }

  /** Ends the editor with its extension hosts and terminals: as long as one lives it may write into the folder. */
  async stop(): Promise<void> {
    const pid = this.#process?.pid;
    this.#process = undefined;
    try {
      if (pid === undefined) return;
      const all = processTreeMentioning(this.root);
      const isGone = (): boolean => !all.some(isAlive);
      signalProcess(pid, 'SIGTERM');
      if (await waitFor(isGone, STOP_TIMEOUT_MS)) return;
      for (const left of all) signalProcess(left, 'SIGKILL');
      await waitFor(isGone, STOP_TIMEOUT_MS);
    } finally {
      rmSync(this.root, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  async #prepare(): Promise<void> {
    mkdirSync(join(this.root, 'workspace'), { recursive: true });
    this.configure({});
    for (const vsix of this.#options.extensions) {
      const { code, stdout, stderr } = await runCommand(
        process.execPath,
        [EDITOR_ENTRY, ...this.#folders(), '--install-extension', vsix],
        { env: this.#environment() },
      );
      if (code !== 0) throw new Error(`${vsix} could not be installed:\n${stdout}${stderr}`);
    }
  }

  async #listen(): Promise<void> {
    this.#port = await freePort();
    const child = spawn(
      process.execPath,
      [
        EDITOR_ENTRY,
        ...this.#folders(),
        '--bind-addr',
        `127.0.0.1:${String(this.#port)}`,
        '--auth',
        'password',
        '--disable-telemetry',
        '--disable-update-check',
        '--disable-workspace-trust',
      ],
      { env: { ...this.#environment(), HASHED_PASSWORD: this.cookie.value }, stdio: ['ignore', 'pipe', 'pipe'] },
    );
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        this.log += chunk.toString();
      });
    }
    const up = await waitFor(
      () => this.log.includes('HTTP server listening') || child.exitCode !== null,
      START_TIMEOUT_MS,
    );
    if (!up || child.exitCode !== null) throw new Error(`the editor did not start:\n${this.log}`);
  }

  #folders(): readonly string[] {
    return [
      '--user-data-dir',
      join(this.root, 'user'),
      '--extensions-dir',
      join(this.root, 'extensions'),
      '--config',
      join(this.root, 'config.yaml'),
    ];
  }

  #environment(): NodeJS.ProcessEnv {
    const { PATH, HOME } = process.env;
    return {
      ...(PATH === undefined ? {} : { PATH }),
      ...(HOME === undefined ? {} : { HOME }),
      // Its sockets and caches go with it.
      TMPDIR: this.root,
      NODE_DISABLE_COMPILE_CACHE: '1',
      LANG: 'C.UTF-8',
      TZ: 'UTC',
      ...this.#options.env,
    };
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  await new Promise<void>((resolve) => {
    server.close(() => {
      resolve();
    });
  });
  if (address === null || typeof address === 'string') throw new Error('no port of loopback is free');
  return address.port;
}
