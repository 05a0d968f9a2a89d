/**
 * Translation for everything that runs without `vscode`: the extension host loads the bundle that VS Code chose, the
 * webview is handed the same one, tests have none and see English.
 */
let bundle: Readonly<Record<string, string>> = {};

/** What VS Code keeps per message: the text, or the text with comments for translators. */
export type Bundle = Readonly<Record<string, string | { readonly message: string }>>;

export function loadBundle(loaded: Bundle | undefined): void {
  bundle = Object.fromEntries(
    Object.entries(loaded ?? {}).map(([key, value]) => [key, typeof value === 'string' ? value : value.message]),
  );
}

export function loadedBundle(): Readonly<Record<string, string>> {
  return bundle;
}

/** The message in the user's language, with `{0}`, `{1}`… filled in. The English text is the key. */
export function t(message: string, ...values: readonly (string | number | boolean)[]): string {
  const text = Object.hasOwn(bundle, message) ? (bundle[message] ?? message) : message;
  return text.replaceAll(/\{(\d)\}/g, (placeholder, index: string) => {
    const value = values[Number(index)];
    return value === undefined ? placeholder : String(value);
  });
}

/** `one` for 1, `many` for everything else; both take the number as `{0}`. */
export function count(number: number, one: string, many: string): string {
  return t(number === 1 ? one : many, number.toLocaleString('en-US'));
}
