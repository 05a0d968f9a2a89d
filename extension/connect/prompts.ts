import * as vscode from 'vscode';
import { displayText } from '../../agent/domain/display.ts';
import { escapeLabel } from '../deaths/markdown-text.ts';
import type { Prompter } from '../hosts/prompter.ts';
import { t } from '../l10n/t.ts';

/** Asks the person at the keyboard, in VS Code's own words and boxes. */
export const prompter: Prompter = {
  async passphrase({ host, keyFile, attempt, canRemember }, signal) {
    const passphrase = await ask(
      {
        title: t('Passphrase for {0}', escapeLabel(keyFile)),
        prompt:
          attempt > 1 ? t('That was not it. Needed to connect to {0}.', host) : t('Needed to connect to {0}.', host),
        password: true,
      },
      signal,
    );
    if (passphrase === undefined) return undefined;
    return { passphrase, remember: canRemember && (await wantsToRemember(signal)) };
  },

  async password({ host, user, attempt }, signal) {
    return await ask(
      {
        title: t('Password of {0} on {1}', escapeLabel(user), escapeLabel(host)),
        prompt: attempt > 1 ? t('That was not it.') : t('It is used once and kept nowhere.'),
        password: true,
      },
      signal,
    );
  },

  async keyboardInteractive({ host, name, instructions, prompts }, signal) {
    const answers: string[] = [];
    for (const { text, echo } of prompts) {
      const answer = await ask(
        {
          title: name === '' ? t('{0} asks', escapeLabel(host)) : `${escapeLabel(host)}: ${escapeLabel(name)}`,
          prompt: [instructions, text]
            .filter((part) => part.trim() !== '')
            .map((part) => escapeLabel(part))
            .join(' '),
          password: !echo,
        },
        signal,
      );
      if (answer === undefined) return undefined;
      answers.push(answer);
    }
    return answers;
  },

  async confirmHostKey({ host, keyType, fingerprint, otherKeys }, signal) {
    if (signal.aborted) return false;
    const trust = t('Trust and Connect');
    const known = otherKeys.map((key) => `${key.keyType} (${key.file}:${String(key.line)})`).join(', ');
    const detail = [
      t('{0} key fingerprint: {1}', keyType, fingerprint),
      ...(known === '' ? [] : [t('Keys of other types are known for this host: {0}.', displayText(known))]),
      t('Compare it with the one of the host. If you trust it, it is added to known_hosts.'),
    ].join('\n\n');
    const chosen = await vscode.window.showWarningMessage(
      t('The host key of {0} is not known', escapeLabel(host)),
      { modal: true, detail },
      trust,
    );
    return chosen === trust;
  },
};

async function ask(options: vscode.InputBoxOptions, signal: AbortSignal): Promise<string | undefined> {
  if (signal.aborted) return undefined;
  const cancellation = new vscode.CancellationTokenSource();
  const cancel = (): void => {
    cancellation.cancel();
  };
  signal.addEventListener('abort', cancel, { once: true });
  try {
    return await vscode.window.showInputBox({ ...options, ignoreFocusOut: true }, cancellation.token);
  } finally {
    signal.removeEventListener('abort', cancel);
    cancellation.dispose();
  }
}

async function wantsToRemember(signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  const remember = t('Remember');
  const chosen = await vscode.window.showInformationMessage(
    t('Keep the passphrase in the secret storage of this editor?'),
    { modal: true },
    remember,
  );
  return chosen === remember;
}
