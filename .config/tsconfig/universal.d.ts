// What the pure rooms may use beyond the language itself: globals that Node.js and every browser have. They compile
// without the types of Node.js, so that anything else is an error.
declare class TextEncoder {
  encode(text?: string): Uint8Array;
}

declare class TextDecoder {
  constructor(encoding?: string, options?: { readonly fatal?: boolean; readonly ignoreBOM?: boolean });
  decode(bytes?: Uint8Array): string;
}
