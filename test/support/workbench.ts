import { chromium, errors } from 'playwright-core';
import type { Browser, Frame, Locator, Page } from 'playwright-core';
import { CHROMIUM, type Editor, THEMES } from './editor.ts';

/** For whatever is waited for: a busy machine is slow, and what never comes fails all the same. */
const LOAD_TIMEOUT_MS = 90_000;
const HOVER_ATTEMPTS = 20;
const HOVER_WAIT_MS = 1_500;
const COMMAND_WAIT_MS = 3_000;
const LINK_ATTEMPTS = 10;
const LINK_WAIT_MS = 1_000;
/** Well within the last word of a line. */
const END_PX = 12;
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

/** What the workbench's root element is marked with. */
const THEME_CLASSES: ReadonlyMap<string, string> = new Map([
  [THEMES.dark, 'vs-dark'],
  [THEMES.light, 'vs'],
  [THEMES['hc-dark'], 'hc-black'],
  [THEMES['hc-light'], 'hc-light'],
]);

export interface Size {
  readonly width: number;
  readonly height: number;
}

async function appears(locator: Locator, timeoutMs: number): Promise<boolean> {
  try {
    await locator.waitFor({ timeout: timeoutMs });
    return true;
  } catch (error) {
    if (error instanceof errors.TimeoutError) return false;
    throw error;
  }
}

/** A window of the editor in a browser, driven as a person would. */
export class Workbench {
  readonly page: Page;
  readonly #browser: Browser;

  private constructor(browser: Browser, page: Page) {
    this.#browser = browser;
    this.page = page;
  }

  static async open(editor: Editor, size: Size = { width: 1280, height: 860 }): Promise<Workbench> {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS });
    try {
      const context = await browser.newContext({ viewport: size, permissions: ['clipboard-read', 'clipboard-write'] });
      context.setDefaultTimeout(LOAD_TIMEOUT_MS);
      await context.addCookies([{ ...editor.cookie, url: new URL(editor.url).origin }]);
      const workbench = new Workbench(browser, await context.newPage());
      await workbench.#load(editor.url);
      return workbench;
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  async #load(url: string): Promise<void> {
    await this.page.goto(url);
    await this.page.waitForSelector('.activitybar', { timeout: LOAD_TIMEOUT_MS });
  }

  /** As a person does it: a bare reload of the page would lose what the window has not saved yet. */
  async reload(): Promise<void> {
    await Promise.all([
      this.page.waitForEvent('load', { timeout: LOAD_TIMEOUT_MS }),
      this.command('Developer: Reload Window'),
    ]);
    await this.page.waitForSelector('.activitybar', { timeout: LOAD_TIMEOUT_MS });
  }

  /** Waits until the window has the theme; settings are read anew with the window. */
  async reloadWithTheme(theme: string): Promise<void> {
    await this.reload();
    const kind = THEME_CLASSES.get(theme) ?? 'vs-dark';
    await this.page.locator(`.monaco-workbench.${kind}`).waitFor({ timeout: LOAD_TIMEOUT_MS });
  }

  async openView(): Promise<void> {
    const icon = this.page.locator('.activitybar a.action-label[aria-label^="Inquest"]');
    await icon.waitFor({ timeout: LOAD_TIMEOUT_MS });
    // A click on the icon would hide a view that the window has just opened again by itself.
    await this.command('Inquest: Show Deaths');
    await this.page.locator('.sidebar .pane-header', { hasText: 'Deaths' }).waitFor();
  }

  /** Rows of the Deaths and Hosts views. */
  rows(): Locator {
    return this.page.locator('.sidebar .monaco-list-row');
  }

  row(text: string): Locator {
    return this.rows().filter({ hasText: text });
  }

  /** Runs a command of the palette by its title, as soon as the window knows it. */
  async command(title: string): Promise<void> {
    const input = this.page.locator('.quick-input-widget input');
    const found = this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: title });
    const deadline = Date.now() + LOAD_TIMEOUT_MS;
    while (Date.now() < deadline) {
      // That of the last command takes a moment to close.
      await input.waitFor({ state: 'hidden' });
      await this.page.keyboard.press('F1');
      await input.waitFor();
      await input.fill(`>${title}`);
      // A window that has just opened reads what extensions offer; one that moves the focus closes the palette again.
      if (await appears(found, COMMAND_WAIT_MS)) {
        await this.page.keyboard.press('Enter');
        return;
      }
      await this.page.keyboard.press('Escape');
    }
    throw new Error(`the palette has no “${title}”`);
  }

  /** Opens a file of the folder by the quick picker. */
  async openFile(name: string): Promise<void> {
    await this.page.keyboard.press('Control+p');
    await this.page.locator('.quick-input-widget input').fill(name);
    // Not by a click: rows move while the list is being narrowed.
    await this.page.locator('.quick-input-list .monaco-list-row.focused', { hasText: name }).waitFor();
    await this.page.keyboard.press('Enter');
    await this.page.locator('.tab.active', { hasText: name }).waitFor();
  }

  /** Rests the pointer on the end of the first line with this text until a hover says `wanted`. */
  async hoverText(text: string, wanted: string): Promise<Locator> {
    const line = this.page.locator('.monaco-editor .view-line', { hasText: text }).first();
    await line.waitFor();
    const hover = this.page.locator('.monaco-hover', { hasText: wanted }).first();
    // The language server starts with the first log that is opened.
    for (let attempt = 0; attempt < HOVER_ATTEMPTS && !(await hover.isVisible()); attempt += 1) {
      const box = await line.locator('span').first().boundingBox();
      // Drawn anew just now.
      if (box === null) continue;
      await this.page.mouse.move(box.x + box.width + 200, box.y + 400);
      await this.page.mouse.move(box.x + box.width - END_PX, box.y + box.height / 2, { steps: 4 });
      await this.page.waitForTimeout(HOVER_WAIT_MS);
    }
    await hover.waitFor();
    return hover;
  }

  /** Ctrl-clicks a text of the terminal once the editor has made a link of it. Needs the terminal's DOM renderer. */
  async followTerminalLink(text: string): Promise<void> {
    const line = this.page.locator('.xterm-rows > div', { hasText: text }).first();
    await line.waitFor();
    const at = await line.evaluate((row, wanted) => {
      const before = row.textContent.indexOf(wanted) + wanted.length / 2;
      const cells = document.createTreeWalker(row, NodeFilter.SHOW_TEXT);
      const range = document.createRange();
      for (let seen = 0, node = cells.nextNode(); node !== null; node = cells.nextNode()) {
        const length = node.textContent?.length ?? 0;
        if (before < seen + length) {
          range.setStart(node, Math.floor(before - seen));
          const { left, top, height } = range.getBoundingClientRect();
          return { x: left + 2, y: top + height / 2 };
        }
        seen += length;
      }
      return undefined;
    }, text);
    if (at === undefined) throw new Error(`the terminal does not show “${text}”`);
    const isLink = line.locator('span[style*="underline"]');
    for (let attempt = 0; attempt < LINK_ATTEMPTS && !(await isLink.isVisible()); attempt += 1) {
      await this.page.mouse.move(at.x, at.y - 40);
      await this.page.mouse.move(at.x, at.y, { steps: 4 });
      await this.page.waitForTimeout(LINK_WAIT_MS);
    }
    await this.page.keyboard.down('Control');
    // The key alone is not noticed.
    await this.page.mouse.move(at.x + 1, at.y);
    await this.page.mouse.down();
    await this.page.mouse.up();
    await this.page.keyboard.up('Control');
  }

  /** Opens a link of the editor's own scheme, as one that was clicked somewhere, and lets the extension have it. */
  async openLink(link: string): Promise<void> {
    await this.command('Developer: Open URL');
    await this.page.locator('.quick-input-widget input').fill(link);
    await this.page.keyboard.press('Enter');
    await this.answer('Open');
  }

  /** The question in front of everything. */
  dialog(text: string): Locator {
    return this.page.locator('.monaco-dialog-box', { hasText: text });
  }

  async answer(button: string): Promise<void> {
    await this.page.locator('.monaco-dialog-box .monaco-button', { hasText: button }).first().click();
  }

  /** Text of the notifications on the screen. */
  notifications(): Locator {
    return this.page.locator('.notifications-toasts .notification-list-item-message');
  }

  /** The frame in which the Explain Exit panel is drawn, once it shows the text. */
  async panel(text: string): Promise<Frame> {
    const deadline = Date.now() + LOAD_TIMEOUT_MS;
    while (Date.now() < deadline) {
      for (const frame of this.page.frames()) {
        if (!frame.url().includes('fake.html')) continue;
        const found = frame.locator('inquest-panel main', { hasText: text });
        if ((await found.count().catch(() => 0)) > 0) return frame;
      }
      await this.page.waitForTimeout(100);
    }
    throw new Error(`no Explain Exit panel shows “${text}”`);
  }

  async close(): Promise<void> {
    await this.#browser.close();
  }
}
