import { execFile } from 'node:child_process';
import { errorCode } from '../../../agent/domain/errors.ts';

const TIMEOUT_MS = 20_000;
const OUTPUT_MAX = 16 * 1_024 * 1_024;

export type KubectlAnswer =
  | { readonly kind: 'ok'; readonly stdout: string }
  | { readonly kind: 'failed'; readonly stderr: string }
  | { readonly kind: 'missing' };

/** kubectl's messages are classified: never in another language. */
export function kubectlEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, LC_ALL: 'C' };
}

/** Runs kubectl without a terminal, so that it can ask nobody. */
export function runKubectl(path: string, argv: readonly string[], signal: AbortSignal): Promise<KubectlAnswer> {
  return new Promise((resolve) => {
    const options = {
      timeout: TIMEOUT_MS,
      maxBuffer: OUTPUT_MAX,
      signal,
      env: kubectlEnvironment(),
      windowsHide: true,
    };
    const child = execFile(path, argv, options, (error, stdout, stderr) => {
      const code = errorCode(error);
      if (error === null) resolve({ kind: 'ok', stdout });
      else if (code === 'ENOENT' || code === 'EACCES') resolve({ kind: 'missing' });
      else resolve({ kind: 'failed', stderr: stderr === '' ? error.message : stderr });
    });
    child.stdin?.end();
  });
}
