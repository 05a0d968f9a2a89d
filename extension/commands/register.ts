import * as vscode from 'vscode';
import { displayText } from '../../agent/domain/display.ts';
import { messageOf } from '../../agent/domain/errors.ts';
import { failureText } from '../connect/states.ts';
import type { InquestContext } from '../context.ts';
import type { DeathRef } from '../deaths/entry.ts';
import { fetchDeath } from '../deaths/fetch.ts';
import { IS_VALUES, NO_FILTER, parseFilter } from '../deaths/filter.ts';
import { linkTo } from '../deaths/links.ts';
import { escapeLabel } from '../deaths/markdown-text.ts';
import { accountOf, showDocument } from '../documents/documents.ts';
import { HostError } from '../hosts/failure.ts';
import { COMMANDS, SCHEMES, VIEWS, WALKTHROUGH } from '../ids.ts';
import type { CommandName } from '../ids.ts';
import { t } from '../l10n/t.ts';
import type { ExplainPanels } from '../panel/panels.ts';
import { SETTING_PREFIX } from '../settings/keys.ts';
import type { DeathsView } from '../views/deaths-view.ts';
import { addHost, connectHost, copyFix, disconnectHost, removeHost } from './host-commands.ts';
import { openPlace } from './open-place.ts';
import { findByText, resolveRef } from './resolve.ts';
import { entriesOf, groupWithMore } from './targets.ts';

type Handler = (argument: unknown) => Promise<void> | void;
/** Forgetting a command does not compile. */
type Handlers = Readonly<Record<CommandName, Handler>>;

const STATUS_MS = 4_000;

export function registerCommands(context: InquestContext, view: DeathsView, panels: ExplainPanels): void {
  const handlers = handlersOf(context, view, panels);
  for (const [name, id] of Object.entries(COMMANDS)) {
    if (!isCommandName(name)) continue;
    const run = async (argument: unknown): Promise<void> => {
      try {
        await handlers[name](argument);
      } catch (error) {
        tellError(context, id, error);
      }
    };
    context.lifetime.push(vscode.commands.registerCommand(id, run));
  }
}

function isCommandName(name: string): name is CommandName {
  return Object.hasOwn(COMMANDS, name);
}

function handlersOf(context: InquestContext, view: DeathsView, panels: ExplainPanels): Handlers {
  const { deaths, log } = context;
  /** Runs `work` on the death that the command was called on; without one a person is asked. */
  const onDeath =
    (work: (ref: DeathRef) => Promise<void>): Handler =>
    async (argument) => {
      const ref = await resolveRef(context, argument, panels.activeRef());
      if (ref !== undefined) await work(ref);
    };
  return {
    explainExit: async (argument) => {
      // From the palette the panel in front is no answer: it is there already.
      const ref = await resolveRef(context, argument, undefined);
      if (ref !== undefined) await panels.open(ref);
    },
    explainInNewPanel: onDeath((ref) => panels.open(ref, { inNewPanel: true })),
    explainExitAsText: onDeath((ref) => showDocument(context, SCHEMES.text, ref)),
    explainSelection: async () => {
      const editor = vscode.window.activeTextEditor;
      if (editor === undefined) return;
      const { document, selection } = editor;
      const text = selection.isEmpty ? document.lineAt(selection.active.line).text : document.getText(selection);
      const ref = await findByText(context, text);
      if (ref !== undefined) await panels.open(ref);
    },
    openLog: onDeath((ref) => showDocument(context, SCHEMES.log, ref)),
    openPlace: onDeath((ref) => openPlace(context, ref)),
    openRawEvidence: onDeath((ref) => showDocument(context, SCHEMES.raw, ref)),
    copyLink: onDeath(async (ref) => {
      await copy(linkTo(ref, vscode.env.uriScheme), t('Link copied'));
    }),
    copyMarkdown: onDeath(async (ref) => {
      await copy(accountOf(context, ref, await fetchDeath(context.hosts, ref)), t('Copied as Markdown'));
    }),
    copyContainerId: onDeath(async (ref) => {
      const id = deaths.find(ref)?.death.containerId ?? (await fetchDeath(context.hosts, ref)).container.id;
      await copy(displayText(id), t('Container id copied'));
    }),
    markSeen: (argument) => {
      deaths.markSeen(entriesOf(argument));
    },
    markAllSeen: () => {
      deaths.markAllSeen();
    },
    filter: () => filterDeaths(context),
    clearFilter: () => deaths.setFilter(NO_FILTER),
    groupByTime: () => view.groupBy('time'),
    groupByHost: () => view.groupBy('host'),
    groupByCause: () => view.groupBy('cause'),
    groupByImage: () => view.groupBy('image'),
    groupByProject: () => view.groupBy('project'),
    refresh: async () => {
      await vscode.window.withProgress({ location: { viewId: VIEWS.deaths } }, () => deaths.refresh());
    },
    loadMore: async (argument) => {
      const groupId = groupWithMore(argument);
      if (groupId !== undefined) {
        view.showMore(groupId);
        return;
      }
      await vscode.window.withProgress({ location: { viewId: VIEWS.deaths } }, () => deaths.loadMore());
    },
    showDeaths: () => view.show(),
    addHost: () => addHost(context),
    removeHost: (argument) => removeHost(context, argument),
    connectHost: (argument) => connectHost(context, argument),
    disconnectHost: (argument) => disconnectHost(context, argument),
    copyFix: (argument) => copyFix(context, argument),
    installAgent: async (argument) => {
      const { installAgent } = await import('./install-agent.ts');
      await installAgent(context, argument);
    },
    upgradeAgent: async (argument) => {
      const { installAgent } = await import('./install-agent.ts');
      await installAgent(context, argument);
    },
    removeAgent: async (argument) => {
      const { removeAgent } = await import('./install-agent.ts');
      await removeAgent(context, argument);
    },
    openHostSettings: async () => {
      await vscode.commands.executeCommand(
        'workbench.action.openSettings',
        `@ext:${context.extension.extension.id} ${SETTING_PREFIX}.`,
      );
    },
    showOutput: () => {
      log.show();
    },
    openWalkthrough: async () => {
      await vscode.commands.executeCommand(
        'workbench.action.openWalkthrough',
        `${context.extension.extension.id}#${WALKTHROUGH}`,
        false,
      );
    },
  };
}

async function copy(text: string, done: string): Promise<void> {
  await vscode.env.clipboard.writeText(text);
  vscode.window.setStatusBarMessage(`$(check) ${done}`, STATUS_MS);
}

async function filterDeaths({ deaths }: InquestContext): Promise<void> {
  const typed = await vscode.window.showInputBox({
    title: t('Filter Deaths'),
    prompt: t('Words, or is: exit: host: image: name: project: pod: with a value; a minus in front excludes'),
    placeHolder: 'is:oom exit:137 host:web-1',
    value: deaths.filter.source,
    validateInput: (value) => {
      const [problem] = parseFilter(value).problems;
      if (problem === undefined) return undefined;
      return problem.kind === 'bad-exit-code'
        ? t('“{0}” is no exit code: 0 to 255.', escapeLabel(problem.value))
        : t('is: takes one of {0}.', IS_VALUES.join(', '));
    },
  });
  if (typed !== undefined) await deaths.setFilter(parseFilter(typed).filter);
}

/** The one place where a failed command is told of. */
function tellError({ log }: InquestContext, command: string, error: unknown): void {
  // Who has cancelled it knows.
  if (error instanceof HostError && error.failure.reason === 'cancelled') return;
  log.error(`${command}: ${messageOf(error)}`);
  const output = t('Show Output');
  const text = error instanceof HostError ? failureText(error.failure) : { title: messageOf(error), next: '' };
  const message = escapeLabel(`${text.title}. ${text.next}`.trim(), 600);
  vscode.window.showErrorMessage(message, output).then(
    (chosen) => {
      if (chosen === output) log.show();
    },
    (failure: unknown) => {
      log.error(String(failure));
    },
  );
}
