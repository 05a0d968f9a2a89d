import { homedir } from 'node:os';
import { join } from 'node:path';
import * as vscode from 'vscode';
import { messageOf } from '../../agent/domain/errors.ts';
import type { KnownHost } from '../connect/host-registry.ts';
import type { InquestContext } from '../context.ts';
import { escapeLabel } from '../deaths/markdown-text.ts';
import { HostError } from '../hosts/failure.ts';
import { LOCAL_TARGET } from '../hosts/settings.ts';
import type { HostLink } from '../hosts/transport.ts';
import { findBundle, readBundle } from '../install/bundle.ts';
import { onTerminal, installLine, uninstallLine } from '../install/commands.ts';
import { describeProblem } from '../install/describe-problem.ts';
import { FACTS_SCRIPT, type HostFacts, parseHostFacts } from '../install/host-facts.ts';
import { type InstallPlan, neededArchitecture, planInstall } from '../install/plan.ts';
import { installQuestion, uninstallQuestion } from '../install/plan-words.ts';
import { type Architecture, InstallError } from '../install/problem.ts';
import { runScript } from '../install/run-script.ts';
import { stage, type Staged } from '../install/staging.ts';
import { t } from '../l10n/t.ts';
import { connectHost, hostOf, pickHost } from './host-commands.ts';
import { runInTerminal } from './host-terminal.ts';

const MESSAGE_LIMIT = 600;

/** Installs the agent of a bundle on a host, or upgrades it. Nothing is copied before a person has seen what happens. */
export async function installAgent(context: InquestContext, argument: unknown): Promise<void> {
  await onHost(context, argument, install);
}

/** Removes the agent from a host; a person says whether the recorded deaths go, too. */
export async function removeAgent(context: InquestContext, argument: unknown): Promise<void> {
  await onHost(context, argument, uninstall);
}

type Work = (context: InquestContext, known: KnownHost, link: HostLink) => Promise<void>;

async function onHost(context: InquestContext, argument: unknown, work: Work): Promise<void> {
  // Menus hide it; a keybinding does not.
  if (!vscode.workspace.isTrusted) return;
  const known = hostOf(context, argument) ?? (await pickHost(context, () => true));
  if (known === undefined) return;
  const link = await connect(context, known);
  try {
    await work(context, known, link);
  } catch (error) {
    tellProblem(context, known, error);
  } finally {
    link.close();
  }
}

async function connect(context: InquestContext, { host }: KnownHost): Promise<HostLink> {
  const { openShell } = await import('../connect/connect.ts');
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: t('Connecting to {0}…', escapeLabel(host.label)),
    cancellable: true,
  };
  return await vscode.window.withProgress(options, async (_progress, token) => {
    const { log, extension } = context;
    return await openShell(host, { log, secrets: extension.secrets, signal: signalOf(token, host.id) });
  });
}

function signalOf(token: vscode.CancellationToken, host: string): AbortSignal {
  const controller = new AbortController();
  token.onCancellationRequested(() => {
    controller.abort(new HostError({ reason: 'cancelled', host }));
  });
  return controller.signal;
}

async function factsOf(link: HostLink): Promise<HostFacts> {
  const { stdout, stderr } = await runScript(link, FACTS_SCRIPT);
  return parseHostFacts(stdout === '' ? stderr : stdout);
}

async function install(context: InquestContext, known: KnownHost, link: HostLink): Promise<void> {
  const { label } = known.host;
  const facts = await factsOf(link);
  const file = await chooseBundle(context, neededArchitecture(facts));
  if (file === undefined) return;
  const plan = planInstall(facts, await readBundle(file));
  const answer = await ask(plan, label);
  if (answer === undefined) return;
  const staged = await copy(known, link, plan);
  try {
    const line = installLine(facts, staged.folder, answer.joining);
    await runOrThrow(t('Inquest: install on {0}', label), line, link);
  } finally {
    await tidy(context, known, staged);
  }
  await connectHost(context, known);
  const { state } = known.connection;
  if (state.kind !== 'connected') return;
  const text = t('The agent {0} is watching {1}.', escapeLabel(state.hello.agentVersion), escapeLabel(label));
  void vscode.window.showInformationMessage(text);
}

/** From the setting, or asked for: nothing is fetched from anywhere. */
async function chooseBundle(context: InquestContext, architecture: Architecture): Promise<string | undefined> {
  const { installBundle } = context.settings();
  if (installBundle !== '') return await findBundle(installBundle.replace(/^~(?=\/|$)/, homedir()), architecture);
  const chosen = await vscode.window.showOpenDialog({
    title: t('Choose the Agent’s Bundle for {0}', architecture),
    openLabel: t('Choose Bundle'),
    filters: { [t('Bundles of the agent')]: ['gz'] },
    defaultUri: vscode.Uri.file(join(homedir(), `inquest-linux-${architecture}.tar.gz`)),
  });
  return chosen?.[0]?.fsPath;
}

interface Answer {
  /** Who joins the group, too. */
  readonly joining: string | undefined;
}

async function ask(plan: InstallPlan, label: string): Promise<Answer | undefined> {
  const { title, detail } = installQuestion(plan, label);
  const only = plan.change === 'upgrade' ? t('Upgrade') : t('Install');
  const both = plan.mayJoin === undefined ? undefined : t('{0} and Add {1} to the Group', only, plan.mayJoin);
  const buttons = both === undefined ? [only] : [both, only];
  const chosen = await vscode.window.showInformationMessage(escapeLabel(title), { modal: true, detail }, ...buttons);
  if (chosen === undefined) return undefined;
  return { joining: chosen === both ? plan.mayJoin : undefined };
}

async function copy({ host }: KnownHost, link: HostLink, { bundle }: InstallPlan): Promise<Staged> {
  const options = {
    location: vscode.ProgressLocation.Notification,
    title: t('Copying the agent to {0}', escapeLabel(host.label)),
    cancellable: true,
  };
  return await vscode.window.withProgress(options, async (progress, token) => {
    let percent = 0;
    const onSent = (bytes: number): void => {
      const now = Math.floor((bytes / bundle.bytes) * 100);
      if (now === percent) return;
      const message = now === 100 ? t('Checking and unpacking…') : `${String(now)} %`;
      progress.report({ increment: now - percent, message });
      percent = now;
    };
    const isLocal = host.settings.target === LOCAL_TARGET;
    return await stage(link, bundle, { signal: signalOf(token, host.id), onSent, isLocal });
  });
}

async function runOrThrow(name: string, line: string, link: HostLink): Promise<void> {
  const status = await runInTerminal(name, line, () => link.execute(onTerminal(line), { terminal: true }));
  if (status !== 0) throw new InstallError({ reason: 'failed', status });
}

async function tidy({ log }: InquestContext, { host }: KnownHost, staged: Staged): Promise<void> {
  try {
    await staged.remove();
  } catch (error) {
    log.warn(`${host.id}: ${staged.folder} is left behind: ${messageOf(error)}`);
  }
}

async function uninstall(_context: InquestContext, known: KnownHost, link: HostLink): Promise<void> {
  const { label } = known.host;
  const facts = await factsOf(link);
  if (facts.installed === undefined) throw new InstallError({ reason: 'not-installed' });
  const { title, detail } = uninstallQuestion(facts.installed, label);
  const only = t('Remove Agent');
  const all = t('Remove Agent and Recorded Deaths');
  const chosen = await vscode.window.showWarningMessage(escapeLabel(title), { modal: true, detail }, only, all);
  if (chosen === undefined) return;
  await runOrThrow(t('Inquest: remove from {0}', label), uninstallLine(facts, chosen === all), link);
  known.connection.disconnect();
  void vscode.window.showInformationMessage(t('The agent is removed from {0}.', escapeLabel(label)));
}

function tellProblem({ log }: InquestContext, { host }: KnownHost, error: unknown): void {
  // What could not be tidied up comes with what went wrong before.
  const problem = error instanceof AggregateError ? error.cause : error;
  if (!(problem instanceof InstallError)) throw error;
  log.warn(`${host.id}: ${messageOf(error)}: ${messageOf(problem)}`);
  const { title, next } = describeProblem(problem.problem, host.label);
  const left = error instanceof AggregateError ? ` ${error.message}.` : '';
  const message = escapeLabel(`${title}. ${next}${left}`, MESSAGE_LIMIT);
  const show =
    problem.problem.reason === 'cancelled' ? vscode.window.showInformationMessage : vscode.window.showErrorMessage;
  void show(message);
}
