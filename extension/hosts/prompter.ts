/**
 * How a person is asked while a connection they wanted is made. All texts of requests are safe to
 * show. `undefined` means that the person does not answer; aborting the signal takes the question away.
 */
export interface Prompter {
  passphrase(request: PassphraseRequest, signal: AbortSignal): Promise<PassphraseAnswer | undefined>;
  password(request: PasswordRequest, signal: AbortSignal): Promise<string | undefined>;
  /** One answer per prompt, in their order. */
  keyboardInteractive(request: KeyboardInteractiveRequest, signal: AbortSignal): Promise<readonly string[] | undefined>;
  /** True when the person trusts the key. It is then written to known_hosts. */
  confirmHostKey(request: HostKeyRequest, signal: AbortSignal): Promise<boolean>;
}

export interface PassphraseRequest {
  readonly host: string;
  readonly keyFile: string;
  /** 1 at first; more after a wrong passphrase. */
  readonly attempt: number;
  /** Whether there is a place to keep it. */
  readonly canRemember: boolean;
}

export interface PassphraseAnswer {
  readonly passphrase: string;
  readonly remember: boolean;
}

export interface PasswordRequest {
  readonly host: string;
  readonly user: string;
  readonly attempt: number;
}

export interface KeyboardInteractiveRequest {
  readonly host: string;
  readonly name: string;
  readonly instructions: string;
  readonly prompts: readonly { readonly text: string; readonly echo: boolean }[];
}

export interface HostKeyRequest {
  readonly host: string;
  /** `ED25519`, `RSA`, `ECDSA`, … */
  readonly keyType: string;
  /** `SHA256:…`, as ssh-keygen -l prints it. */
  readonly fingerprint: string;
  /** Where keys of other types are known for the host: it may be that one's host with a new type, or an impostor. */
  readonly otherKeys: readonly { readonly keyType: string; readonly file: string; readonly line: number }[];
}

/** Where passphrases are kept when the person asks for it. VS Code's SecretStorage is one. */
export interface SecretStore {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}
