import type { ContainerIdentity } from './container.ts';
import { runtimeTitle, shortId } from './container.ts';
import type { Requester, Requesters } from './death.ts';
import { displayCommand, displayText } from './display.ts';
import type { RequestAction } from './evidence.ts';
import { isScheduler, isUserSwitch, userName } from './people.ts';
import type { ProcessRef } from './process.ts';
import { processName } from './process.ts';

/** Who asked a runtime to end a container, in a person's words. Every text is safe to show. */

const NAME_LIMIT = 32;
const COMMAND_LIMIT = 60;
/** More names than this in one sentence are not read any more. */
const MOST_NAMED = 3;

/** Programs that people type; whatever else speaks to a runtime's socket does it by itself. */
const COMMANDS: ReadonlySet<string> = new Set([
  'docker',
  'docker-compose',
  'podman',
  'podman-compose',
  'podman-remote',
  'nerdctl',
  'ctr',
  'crictl',
]);
const VERBS: ReadonlySet<string> = new Set(
  'stop restart kill rm down up container compose pod task tasks stopp rmp delete'.split(' '),
);
const INTERPRETERS = /^python[\d.]*$/;
const EDITORS: ReadonlySet<string> = new Set(['code', 'code-insiders', 'code-oss', 'codium', 'cursor']);
const PROJECT_LABEL = 'com.docker.compose.project';

/** A whole clause: `alice ran `docker stop web``, `a process of the container ci, which has …, asked Docker to stop it`. */
export function requestClause(requester: Requester, container: ContainerIdentity): string {
  const { process, ancestry, runtime } = requester;
  if (process.containerId !== undefined) {
    return `${placeOf(requester, container)}, which has ${possessive(runtimeTitle(runtime))} socket mounted, ${askedFor(requester)}`;
  }
  const typed = typedCommand(process);
  if (typed === undefined) {
    if (isExtension(process, ancestry)) return `${extensionOf(process, ancestry)} ${askedFor(requester)}`;
    return `${daemon(process)} ${askedFor(requester)}`;
  }
  const who = isExtension(process, ancestry) ? extensionOf(process, ancestry) : personOf(process, ancestry);
  return `${who} ran \`${typed}\`${projectOf(typed, container)}`;
}

/** The candidates as the beginning of a sentence about what then happened. */
export function requestersClause({ certainty, candidates }: Requesters, container: ContainerIdentity): string {
  const [first] = candidates;
  if (first === undefined) return '';
  if (certainty === 'certain') return requestClause(first, container);
  if (candidates.length === 1) {
    return isTold(first)
      ? `${requestClause(first, container)} shortly before, which may be why`
      : `${requestClause(first, container)} just before, and may have asked for it`;
  }
  const named = candidates.slice(0, MOST_NAMED).map((one) => requesterNoun(one, container));
  const rest = candidates.length - named.length;
  const names = rest > 0 ? [...named, `${String(rest)} more`] : named;
  return `one of these may have asked for it: ${names.slice(0, -1).join(', ')} or ${names.at(-1) ?? ''}`;
}

/** A name for a list: `alice (`docker stop web`)`, `the container ci-runner`, `kubelet (pid 811, user root)`. */
export function requesterNoun({ process, ancestry, containerName }: Requester, container: ContainerIdentity): string {
  if (process.containerId !== undefined) {
    return process.containerId === container.id
      ? 'the container itself'
      : `the container ${containerText(process.containerId, containerName)}`;
  }
  const who = isExtension(process, ancestry) ? extensionOf(process, ancestry) : personOf(process, ancestry);
  const typed = typedCommand(process);
  return typed === undefined ? daemon(process) : `${who} (\`${typed}\`)`;
}

/** What the chain of processes below shows: `Asked for by alice, through Docker`. */
export function requesterTitle(requester: Requester, container: ContainerIdentity, isCertain: boolean): string {
  const { process, ancestry } = requester;
  const who =
    process.containerId === undefined && typedCommand(process) !== undefined && !isExtension(process, ancestry)
      ? personOf(process, ancestry)
      : requesterNoun(requester, container);
  return `${isCertain ? 'Asked for by' : 'May have asked for it:'} ${who}, through ${runtimeTitle(requester.runtime)}`;
}

/** Whether the request itself was read, and not only seen to be one. */
function isTold({ action, process }: Requester): boolean {
  return action !== 'unknown' || typedCommand(process) !== undefined;
}

const WISHES: Readonly<Record<RequestAction, string>> = {
  stop: 'to stop it',
  restart: 'to restart it',
  kill: 'to kill it',
  remove: 'to remove it by force',
  unknown: '',
};

function askedFor({ action, runtime }: Requester): string {
  return action === 'unknown'
    ? `spoke to ${runtimeTitle(runtime)}`
    : `asked ${runtimeTitle(runtime)} ${WISHES[action]}`;
}

function placeOf({ process, containerName }: Requester, container: ContainerIdentity): string {
  if (process.containerId === container.id) return 'a process of this very container';
  return `a process of the container ${containerText(process.containerId ?? '', containerName)}`;
}

function containerText(id: string, name: string | undefined): string {
  return displayText(name ?? shortId(id), NAME_LIMIT);
}

function possessive(title: string): string {
  return `${title}’s`;
}

/** `docker compose down`: as it was typed, without folders; `undefined` for what nobody types. */
function typedCommand(process: ProcessRef): string | undefined {
  const [program, ...rest] = process.argv ?? [];
  if (program === undefined || rest.length === 0) return undefined;
  const name = baseName(program);
  const [script] = rest;
  if (INTERPRETERS.test(name) && script !== undefined && COMMANDS.has(baseName(script))) {
    return shortened(baseName(script), rest.slice(1));
  }
  if (!COMMANDS.has(name)) return undefined;
  // The command line's plug-in is handed its own name once more.
  const isPlugin = name === 'docker-compose' && script === 'compose';
  return shortened(isPlugin ? 'docker' : name, rest);
}

/** What is done comes first for a reader: options that only say where stand before it and are left out. */
function shortened(name: string, words: readonly string[]): string {
  const verb = words.findIndex((word) => VERBS.has(word));
  if (verb <= 0 || words[0]?.startsWith('-') !== true) return displayCommand([name, ...words], COMMAND_LIMIT);
  return `${name} … ${displayCommand(words.slice(verb), COMMAND_LIMIT)}`;
}

function projectOf(typed: string, { labels }: ContainerIdentity): string {
  const project = labels[PROJECT_LABEL];
  if (project === undefined || !/^\S*\s?compose\b/.test(typed.replace('-', ' '))) return '';
  return ` for the Compose project ${displayText(project, NAME_LIMIT)}`;
}

/** `alice`; `alice (as root)` where somebody has become another user by sudo or the like; `a cron job of root`. */
function personOf(process: ProcessRef, ancestry: readonly ProcessRef[]): string {
  const now = userName(process.user, process.uid);
  if (ancestry.some(isScheduler)) return `a cron job of ${now}`;
  const before = loginOf(process) ?? userBeforeSudo(process, ancestry);
  return before === undefined || before === now ? now : `${before} (as ${now})`;
}

function loginOf({ loginUid, loginUser, uid }: ProcessRef): string | undefined {
  return loginUid === undefined || loginUid === uid ? undefined : userName(loginUser, loginUid);
}

function userBeforeSudo({ uid }: ProcessRef, ancestry: readonly ProcessRef[]): string | undefined {
  const at = ancestry.findIndex(isUserSwitch);
  if (at < 0) return undefined;
  const caller = ancestry.slice(at + 1).find((parent) => parent.uid !== undefined && parent.uid !== uid);
  return caller === undefined ? undefined : userName(caller.user, caller.uid);
}

function daemon(process: ProcessRef): string {
  const user =
    process.uid === undefined
      ? ''
      : `, user ${process.user === undefined ? String(process.uid) : displayText(process.user, NAME_LIMIT)}`;
  return `${displayText(processName(process), NAME_LIMIT)} (pid ${String(process.pid)}${user})`;
}

/**
 * Extensions of VS Code run in a process of their own, and so does its terminal, where a person types: without a
 * terminal of its own a command below the editor was run by an extension.
 */
function isExtension(process: ProcessRef, ancestry: readonly ProcessRef[]): boolean {
  if (process.tty !== undefined) return false;
  return [process, ...ancestry].some(isExtensionHost);
}

function isExtensionHost({ argv, exe }: ProcessRef): boolean {
  if (argv?.includes('--type=extensionHost') === true) return true;
  return EDITORS.has(exe ?? '') && argv?.includes('--type=utility') === true;
}

function extensionOf(process: ProcessRef, ancestry: readonly ProcessRef[]): string {
  return `an extension of ${personOf(process, ancestry)}’s VS Code`;
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
