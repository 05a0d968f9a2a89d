import * as vscode from 'vscode';
import type { Death } from '../../agent/domain/death.ts';
import type { InquestContext } from '../context.ts';
import type { DeathRef } from '../deaths/entry.ts';
import { RequestError } from '../../agent/client/errors.ts';
import { findMentions } from '../../agent/domain/mentions.ts';
import { RpcError } from '../../agent/domain/protocol.ts';
import { t } from '../l10n/t.ts';
import { pickDeath } from './pick-death.ts';
import { targetOf } from './targets.ts';

/** Which death a command is about: the row it was called on, the panel in front, or what a person picks. */
export async function resolveRef(
  context: InquestContext,
  argument: unknown,
  activeRef: DeathRef | undefined,
): Promise<DeathRef | undefined> {
  const target = targetOf(argument);
  if (target?.kind === 'ref') return target.ref;
  if (target?.kind === 'id') return await findById(context, target.deathId);
  return activeRef ?? (await pickDeath(context));
}

/** A death of which only the id is known, on whichever connected host has it. */
export async function findById(context: InquestContext, deathId: string): Promise<DeathRef | undefined> {
  for (const { host } of context.hosts.all()) {
    if (context.deaths.find({ hostId: host.id, deathId }) !== undefined) return { hostId: host.id, deathId };
  }
  for (const { host, connection } of context.hosts.connected()) {
    if (await answers(connection.request('deaths/get', { id: deathId }))) return { hostId: host.id, deathId };
  }
  void vscode.window.showInformationMessage(t('No connected host knows this death.'));
  return undefined;
}

async function answers(request: Promise<{ readonly death: Death }>): Promise<boolean> {
  try {
    await request;
    return true;
  } catch (error) {
    if (error instanceof RequestError && error.code === RpcError.NotFound) return false;
    throw error;
  }
}

const QUERY_LIMIT = 200;

/** The newest death of the container that a piece of text names: by name, id or a whole log line. */
export async function findByText(context: InquestContext, text: string): Promise<DeathRef | undefined> {
  const query = queryOf(text);
  if (query === undefined) {
    void vscode.window.showInformationMessage(t('Select the name or the id of a container first.'));
    return undefined;
  }
  for (const { host, connection } of context.hosts.connected()) {
    try {
      const { death } = await connection.request('deaths/explain', { query });
      return { hostId: host.id, deathId: death.id };
    } catch (error) {
      // Not known there, or several answer to it: the next host may know better.
      if (!(error instanceof RequestError)) throw error;
      context.log.info(`${host.id}: ${error.message}`);
    }
  }
  void vscode.window.showInformationMessage(t('No connected host knows a death of such a container.'));
  return undefined;
}

function queryOf(text: string): string | undefined {
  for (const mention of findMentions(text)) {
    if (mention.kind === 'container-id') return mention.id;
    if (mention.kind === 'container-name') return mention.name;
  }
  const word = text.trim();
  return /^[\w./-]+$/.test(word) && word.length <= QUERY_LIMIT ? word : undefined;
}
