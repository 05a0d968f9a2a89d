/** What ssh(1) wants when it calls the askpass program, told by its prompt; the words are ssh's own and are not translated. */
export type AskpassPrompt =
  | { readonly kind: 'passphrase'; readonly keyFile: string }
  | { readonly kind: 'password'; readonly user: string; readonly host: string }
  | { readonly kind: 'host-key'; readonly host: string; readonly keyType: string; readonly fingerprint: string }
  /** Something to be told, e.g. to touch a security key; there is no answer. */
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'question'; readonly text: string };

/** `hint` is $SSH_ASKPASS_PROMPT. */
export function parseAskpassPrompt(text: string, hint: string | undefined): AskpassPrompt {
  if (hint === 'none') return { kind: 'notice', text };
  const keyFile = /^Enter passphrase for (?:key )?['"]?(.+?)['"]?: ?$/.exec(text)?.[1];
  if (keyFile !== undefined) return { kind: 'passphrase', keyFile };
  const password = /^(?:\([^)]*\) )?(\S+)@(\S+)'s password: ?$/.exec(text);
  if (password?.[1] !== undefined && password[2] !== undefined) {
    return { kind: 'password', user: password[1], host: password[2] };
  }
  const unknown = /^The authenticity of host '([^']+)' can't be established/.exec(text);
  const key = /(\S+) key fingerprint is (?:also )?:?\s*(SHA256:\S+?)\.?$/m.exec(text);
  if (unknown?.[1] !== undefined && key?.[1] !== undefined && key[2] !== undefined) {
    return { kind: 'host-key', host: unknown[1], keyType: key[1], fingerprint: key[2] };
  }
  return { kind: 'question', text };
}
