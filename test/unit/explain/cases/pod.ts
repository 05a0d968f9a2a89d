import type { OrchestratorProbe } from '../../../../agent/domain/evidence.ts';
import type { ProcessRef } from '../../../../agent/domain/process.ts';
import { Signal } from '../../../../agent/domain/signals.ts';
import { POD_CONTAINER } from '../../../support/life.ts';
import type { Life } from '../../../support/life.ts';
import { hostDaemon, runc } from '../../../support/senders.ts';

/** The life of a container of a pod, as kubelet, the runtime and the kernel tell it. */

export const IN_POD = { identity: POD_CONTAINER } as const;
export const LIVENESS: OrchestratorProbe = {
  kind: 'liveness',
  check: 'GET :8080/healthz',
  periodSeconds: 10,
  timeoutSeconds: 1,
  failureThreshold: 3,
};
export const KUBELET = hostDaemon(['/usr/bin/kubelet', '--config=/var/lib/kubelet/config.yaml'], 733);
export const STOPPED_BY_KUBELET = 'Stopping container app';
export const WEB = { kind: 'Deployment', name: 'web' } as const;

export function serving(life: Life): ProcessRef {
  const main = life.main(['shop-api', '--listen', ':8080']);
  life.kept({ workload: WEB, restarts: 2, probes: [LIVENESS] });
  life.wait(60_000);
  return main;
}

/** The runtime asks, and the program ends in time. */
export function stops(life: Life, main: ProcessRef, code = 0): void {
  life.wait(300).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
  life.handled(Signal.TERM, main);
  life.wait(200).exit(main, code);
}

/** The runtime asks, and kills when the grace period is over. */
export function killedLate(life: Life, main: ProcessRef): void {
  life.wait(300).signal(Signal.TERM, main, runc(Signal.TERM), { disposition: 'handler' });
  life.handled(Signal.TERM, main);
  life.wait(30_000).signal(Signal.KILL, main, runc(Signal.KILL));
  life.killed(main, Signal.KILL);
}

export function unhealthy(life: Life, text: string, count = 3): void {
  life.announced('Unhealthy', `Liveness probe failed: ${text}`, { count, reporter: 'kubelet' });
}

export function byKubelet(life: Life): void {
  life.request('stop', KUBELET, { runtime: 'containerd', container: life.id });
}

export const TOLD = { certainty: 'certain', actor: 'orchestrator' } as const;
export const PROBE_KILL = 'Container app failed liveness probe, will be restarted';
