import { displayText } from '../../../agent/domain/display.ts';
import type { Passphrases } from '../passphrases.ts';
import type { Attempt } from '../transport.ts';
import type { Answerer } from './askpass.ts';
import { parseAskpassPrompt, type AskpassPrompt } from './askpass-prompt.ts';

export interface Answers {
  readonly answerer: Answerer;
  /** Whether the person was shown a host's key and did not trust it. */
  keyRejected(): boolean;
}

const SHOWN_CHARACTERS = 1_024;

/** Answers ssh's questions for one attempt: passphrases from the secret store or the person, the rest from the person only. */
export function answersFor(host: string, attempt: Attempt, passphrases: Passphrases): Answers {
  const { prompter, signal } = attempt;
  let passwords = 0;
  let rejected = false;

  const ask = async (prompt: AskpassPrompt): Promise<string | undefined> => {
    if (prompt.kind === 'passphrase') return passphrases.ask(prompt.keyFile);
    if (prompt.kind === 'notice' || prompter === undefined) return undefined;
    switch (prompt.kind) {
      case 'password':
        passwords += 1;
        return prompter.password({ host, user: displayText(prompt.user), attempt: passwords }, signal);
      case 'host-key': {
        const { keyType, fingerprint } = prompt;
        const request = {
          host: displayText(prompt.host),
          keyType: displayText(keyType),
          fingerprint: displayText(fingerprint),
          otherKeys: [],
        };
        const trusted = await prompter.confirmHostKey(request, signal);
        rejected ||= !trusted;
        return trusted ? 'yes' : 'no';
      }
      case 'question': {
        const prompts = [{ text: displayText(prompt.text, SHOWN_CHARACTERS), echo: false }];
        const answers = await prompter.keyboardInteractive({ host, name: '', instructions: '', prompts }, signal);
        return answers?.[0];
      }
    }
  };
  return { answerer: ({ prompt, hint }) => ask(parseAskpassPrompt(prompt, hint)), keyRejected: () => rejected };
}
