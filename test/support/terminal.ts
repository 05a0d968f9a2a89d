import { spawn } from 'node:child_process';
import type { Dockerd } from './dockerd.ts';

const CTRL_C = '\u0003';
const TIMEOUT_MS = 30_000;

/** Runs docker on a terminal and presses Ctrl-C once the program has written `ready`. Resolves when docker has ended. */
export function pressCtrlC(dockerd: Dockerd, argv: readonly string[], what: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const command = ['docker', '-H', `unix://${dockerd.socketPath}`, ...argv].map(quote).join(' ');
    // script(1) gives it a terminal of its own.
    const child = spawn('script', ['--quiet', '--command', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'pipe'] });
    let seen = '';
    let pressed = false;
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${what} did not end by Ctrl-C: ${seen}`));
    }, TIMEOUT_MS);
    child.stdout.on('data', (chunk: Buffer) => {
      seen += chunk.toString();
      if (pressed || !seen.includes('ready')) return;
      pressed = true;
      child.stdin.write(CTRL_C);
    });
    child.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    child.on('close', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

function quote(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
