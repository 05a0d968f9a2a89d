/** What a bundle can be made for: Node.js's names, with those that compilers and Debian have. */
export const ARCHITECTURES = {
  x64: { machine: 'x86_64', tools: 'x86_64-linux-gnu-', debian: 'amd64' },
  arm64: { machine: 'aarch64', tools: 'aarch64-linux-gnu-', debian: 'arm64' },
} as const;

export type Architecture = keyof typeof ARCHITECTURES;

/** Prefix of objdump and strip: the machine's own tools have none everywhere. */
export function toolPrefix(architecture: Architecture): string {
  return architecture === process.arch ? '' : ARCHITECTURES[architecture].tools;
}
