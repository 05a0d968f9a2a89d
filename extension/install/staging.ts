import { createReadStream } from 'node:fs';
import { Transform } from 'node:stream';
import type { HostLink } from '../hosts/transport.ts';
import type { Bundle } from './bundle.ts';
import { BYTES_PER_KIB } from './host-facts.ts';
import { stagingBytes } from './plan.ts';
import { InstallError } from './problem.ts';
import { runScript } from './run-script.ts';

/** $1: KiB. Says `folder PATH` of a new one that only this user may enter and run programs from, or why there is none. */
const PREPARE = [
  'umask 077; why=no-folder',
  'for d in "${TMPDIR:-/tmp}" /var/tmp "$HOME"; do if [ -d "$d" ] && [ -w "$d" ]; then' +
    ' k=$(df -Pk "$d" | tail -n 1 | (read a b c k r; echo $k))' +
    '; if [ "$k" -ge "$1" ] 2>/dev/null; then w=$(mktemp -d "$d/inquest-XXXXXXXXXX") || continue' +
    '; echo exit 0 >"$w/try"; chmod 700 "$w/try"; if "$w/try" 2>/dev/null; then rm "$w/try"; echo folder "$w"; exit 0; fi' +
    '; rm -r "$w"; else why=no-space; fi; fi; done',
  'echo $why',
].join('; ');
/** $1: folder. Keeps standard input there and says its hash. */
const RECEIVE = 'umask 077; cat >"$1/bundle.tar.gz" && sha256sum <"$1/bundle.tar.gz"';
/** $1: folder, $2: the one inside the bundle, $3: the file where it is not in the folder. */
const UNPACK =
  'cd "$1" || exit 3; tar -xzf "${3:-bundle.tar.gz}" || exit 3; rm -f bundle.tar.gz; "./$2/node" --version || exit 4';
const REMOVE = 'rm -rf -- "$1"';

/** The shell of a host may say anything: only what mktemp makes is ever removed or run. */
const FOLDER = /^folder (\/(?:[^/\p{Cc}]+\/)*inquest-[\dA-Za-z]{10})$/mu;

export interface StagingOptions {
  readonly signal: AbortSignal;
  /** Told how much has been sent so far. */
  readonly onSent: (bytes: number) => void;
  /** On this machine the file is unpacked where it lies. */
  readonly isLocal: boolean;
}

export interface Staged {
  /** The unpacked bundle on the host. */
  readonly folder: string;
  /** Takes away what was copied. Rejects with InstallError `upload` when it stays. */
  remove(): Promise<void>;
}

/**
 * Brings a bundle to a host, checked and unpacked in a private folder, over the connection that stands. Throws
 * InstallError; nothing stays behind then, unless the connection is lost.
 */
export async function stage(link: HostLink, bundle: Bundle, options: StagingOptions): Promise<Staged> {
  const { signal, isLocal } = options;
  const own = await prepare(link, stagingBytes(bundle), signal);
  const remove = (): Promise<void> => removeFolder(link, own);
  try {
    if (!isLocal) await send(link, bundle, own, options);
    await unpack(link, bundle, own, options);
    return { folder: `${own}/${bundle.name}`, remove };
  } catch (error) {
    const problem = signal.aborted ? new InstallError({ reason: 'cancelled' }, error) : error;
    try {
      await remove();
    } catch (left) {
      throw new AggregateError([problem, left], `${own} is left behind on the host`, { cause: problem });
    }
    throw problem;
  }
}

async function prepare(link: HostLink, neededBytes: number, signal: AbortSignal): Promise<string> {
  const args = [String(Math.ceil(neededBytes / BYTES_PER_KIB))];
  const { stdout, stderr } = await cancellable(signal, () => runScript(link, PREPARE, { args, signal }));
  const folder = FOLDER.exec(stdout)?.[1];
  if (folder !== undefined) return folder;
  if (/^no-space$/m.test(stdout)) throw new InstallError({ reason: 'no-space', neededBytes });
  if (/^no-folder$/m.test(stdout)) throw new InstallError({ reason: 'no-folder' });
  throw new InstallError({ reason: 'no-answer', detail: stderr || stdout });
}

async function send(link: HostLink, bundle: Bundle, own: string, { signal, onSent }: StagingOptions): Promise<void> {
  let sent = 0;
  const counting = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      sent += chunk.length;
      onSent(sent);
      done(null, chunk);
    },
  });
  const source = createReadStream(bundle.file);
  source.on('error', (error) => counting.destroy(error));
  const input = source.pipe(counting);
  try {
    const { status, stdout, stderr } = await runScript(link, RECEIVE, { args: [own], input, signal });
    if (/No space left/i.test(stderr))
      throw new InstallError({ reason: 'no-space', neededBytes: stagingBytes(bundle) });
    if (status !== 0) throw new InstallError({ reason: 'upload', detail: stderr });
    if (!new RegExp(`^${bundle.sha256}\\b`, 'm').test(stdout)) throw new InstallError({ reason: 'damaged' });
  } finally {
    source.destroy();
  }
}

async function unpack(link: HostLink, bundle: Bundle, own: string, { signal, isLocal }: StagingOptions): Promise<void> {
  const args = [own, bundle.name, ...(isLocal ? [bundle.file] : [])];
  const { status, stderr } = await runScript(link, UNPACK, { args, signal });
  if (status === 0) return;
  if (/No space left/i.test(stderr)) throw new InstallError({ reason: 'no-space', neededBytes: stagingBytes(bundle) });
  throw new InstallError({ reason: status === 4 ? 'does-not-run' : 'unpack', detail: stderr });
}

async function removeFolder(link: HostLink, own: string): Promise<void> {
  const { status, stderr } = await runScript(link, REMOVE, { args: [own] });
  if (status !== 0) throw new InstallError({ reason: 'upload', detail: stderr });
}

async function cancellable<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) throw new InstallError({ reason: 'cancelled' }, error);
    throw error;
  }
}
