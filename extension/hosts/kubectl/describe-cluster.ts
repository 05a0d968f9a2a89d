import type { FailureText, Translate } from '../failure-text.ts';
import type { HostFailure } from '../failure.ts';
import { shellQuote } from '../remote/shell-quote.ts';
import { AGENT_SELECTOR } from './arguments.ts';

type ClusterFailure = Extract<HostFailure, { reason: 'cluster-unavailable' | 'cluster-denied' }>;

/** Text and next step of whatever stands between kubectl and an agent. */
export function describeCluster(failure: ClusterFailure, t: Translate): FailureText {
  const { problem, host, namespace, detail } = failure;
  const inNamespace = `--namespace ${shellQuote(namespace)}`;
  switch (problem) {
    case 'no-kubectl':
      return {
        title: t('There is no kubectl on this machine to reach {0} with', host),
        detail,
        next: t('Install kubectl, or set its path in the setting inquest.kubectl.path.'),
      };
    case 'no-context':
      return {
        title: t('kubectl does not know the cluster of {0}', host),
        detail,
        next: t('Correct the context in inquest.hosts, or the kubeconfig.'),
        command: 'kubectl config get-contexts',
        runOn: 'here',
      };
    case 'authentication':
      return {
        title: t('The cluster of {0} does not know you', host),
        detail,
        next: t('Log in to the cluster by hand, then connect again: in the background nobody is asked.'),
        command: 'kubectl auth whoami',
        runOn: 'here',
      };
    case 'forbidden':
      return {
        title: t('You may not reach the agent of {0}', host),
        detail,
        next: t(
          'Whoever runs the cluster can give you the role inquest-reader, which allows to find its pods and to run a command in them.',
        ),
        command: `kubectl create rolebinding inquest-reader ${inNamespace} --role inquest-reader --user NAME`,
        runOn: 'here',
      };
    case 'no-agent':
      return {
        title: t('No agent runs at {0}', host),
        detail,
        next: t('Check the names of the node and the namespace, and that Inquest is deployed in the cluster.'),
        command: `kubectl get pods ${inNamespace} --selector ${AGENT_SELECTOR} --output wide`,
        runOn: 'here',
      };
    case 'not-running':
      return {
        title: t('The agent of {0} is not running yet', host),
        detail,
        next: t('It is tried again. If it stays so, look at what its pod says.'),
        command: `kubectl describe pods ${inNamespace} --selector ${AGENT_SELECTOR}`,
        runOn: 'here',
      };
    case 'unreachable':
      return {
        title: t('The cluster of {0} cannot be reached', host),
        detail,
        next: t('Check your network or VPN, and that kubectl reaches the cluster.'),
        command: 'kubectl cluster-info',
        runOn: 'here',
      };
  }
}
