import type { HostFailure } from '../hosts/failure.ts';
import type { FailureText } from '../hosts/failure-text.ts';
import { t } from '../l10n/t.ts';

/** A failure in two or three words that fit into the row of a narrow side bar, beside the name of the host. */
export function failureWords(failure: HostFailure): string {
  switch (failure.reason) {
    case 'no-such-host':
      return t('no such host');
    case 'refused':
      return t('connection refused');
    case 'host-key':
      return failure.problem === 'changed' ? t('host key changed') : t('host key not trusted');
    case 'authentication':
      return t('not let in');
    case 'agent-not-installed':
      return t('not installed');
    case 'agent-not-running':
      return t('agent not running');
    case 'no-permission-on-socket':
      return t('no permission');
    case 'forwarding-disabled':
      return t('forwarding disabled');
    case 'cluster-unavailable':
      return failure.problem === 'unreachable' ? t('cluster unreachable') : t('no agent running');
    case 'cluster-denied':
      return failure.problem === 'no-kubectl' ? t('kubectl not found') : t('not let in');
    case 'agent-too-old':
      return t('agent too old');
    case 'agent-too-new':
      return t('agent too new');
    case 'agent-failed':
      return t('turned away');
    case 'timeout':
      return t('no answer');
    case 'connection-lost':
      return t('connection lost');
    case 'configuration':
      return t('settings to correct');
    case 'cancelled':
      return t('cancelled');
  }
}

/** Where the line of a failure has to be run. */
export function whereToRun({ runOn }: FailureText): string {
  return runOn === 'host' ? t('On the host:') : t('On this machine:');
}
