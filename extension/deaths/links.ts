import { DEATH_ID } from '../../agent/domain/death.ts';
import type { DeathRef } from './entry.ts';

export const EXTENSION_ID = 'inquest.inquest';
const PATH = '/death';
/** Opens the source file that the death's log names, where the workspace has it. */
export const PLACE_PATH = '/place';
const HOST_LIMIT = 255;

/** `vscode://inquest.inquest/death?host=web-1&id=…`. `scheme` is that of the running editor. */
export function linkTo({ hostId, deathId }: DeathRef, scheme: string): string {
  return `${scheme}://${EXTENSION_ID}${PATH}?${new URLSearchParams({ host: hostId, id: deathId }).toString()}`;
}

export function linkToPlace({ hostId, deathId }: DeathRef, scheme: string): string {
  return `${scheme}://${EXTENSION_ID}${PLACE_PATH}?${new URLSearchParams({ host: hostId, id: deathId }).toString()}`;
}

/** The part of VS Code's Uri that is looked at. */
export interface UriParts {
  readonly path: string;
  /** Decoded or not: VS Code hands out the decoded form. */
  readonly query: string;
}

/**
 * Reads a link. Anybody can make one, so it says nothing but which death to show: the host must be configured already
 * (checked by the caller), and a link is never a reason to connect without asking. `undefined` for anything else.
 */
export function parseLink({ path, query }: UriParts): DeathRef | undefined {
  if (path !== PATH && path !== PLACE_PATH) return undefined;
  const parameters = new URLSearchParams(query);
  const hostId = parameters.get('host');
  const deathId = parameters.get('id');
  if (hostId === null || deathId === null || [...parameters.keys()].length !== 2) return undefined;
  if (hostId === '' || hostId.length > HOST_LIMIT || !DEATH_ID.test(deathId)) return undefined;
  return { hostId, deathId };
}
