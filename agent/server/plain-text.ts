import { displayText } from '../domain/display.ts';
import type { EvidenceData } from '../domain/evidence.ts';
import { toExitCode } from '../domain/exit-status.ts';
import type { ProcessRef } from '../domain/process.ts';
import { signalName } from '../domain/signals.ts';

/**
 * The sentence for a piece of evidence without anything that a command line or a log may have put
 * there. Written from the structure alone, as nobody can tell what a ready-made sentence quotes.
 */
export function plainText(data: EvidenceData): string {
  switch (data.kind) {
    case 'process_exec':
      return `${named(data.process)} started a program`;
    case 'signal_sent':
      return `${signalName(data.signal)} to ${named(data.target)}${data.sender === undefined ? '' : `, sent by ${named(data.sender)}`}: ${data.result.replaceAll('_', ' ')}`;
    case 'signal_received':
      return `${named(data.process)} handled ${signalName(data.signal)}`;
    case 'oom_kill':
      return `The kernel's out-of-memory killer chose ${named(data.victim)}`;
    case 'process_exit':
      return `${named(data.process)} ended with ${data.status.kind === 'signaled' ? signalName(data.status.signal) : `exit code ${String(toExitCode(data.status))}`}`;
    case 'process_fault':
      return `What ${named(data.process)} looked like when ${signalName(data.signal)} ended it`;
    case 'cpu_throttle':
      return `Throttled in ${String(data.throttledPeriods)} of ${String(data.periods)} CPU periods`;
    case 'container_created':
      return 'The container was created';
    case 'container_removed':
      return 'The container was removed';
    case 'runtime_event':
      return `The runtime reported ${data.action.replaceAll('_', ' ')}`;
    case 'runtime_request':
      return `${named(data.client)} spoke to the runtime${data.action === 'unknown' ? '' : `: ${data.action}`}`;
    case 'runtime_state':
      return data.exitCode === undefined
        ? "The runtime's record"
        : `The runtime recorded exit code ${String(data.exitCode)}`;
    case 'runtime_connection':
      return `The connection to the runtime was ${data.state}`;
    case 'orchestrator_event':
      return `Kubernetes announced ${displayText(data.reason, 64)}`;
    case 'orchestrator_state':
      return "Kubernetes' record of the pod";
    case 'orchestrator_connection':
      return `The connection to Kubernetes was ${data.state}`;
    case 'kernel_log_oom':
      return 'The kernel log reports an out-of-memory kill';
    case 'kernel_log_fault':
      return `The kernel log reports a fault of ${displayText(data.comm)} (pid ${String(data.pid)})`;
    case 'vitals':
      return `${String(data.samples.length)} samples of the container's vitals`;
    case 'log_tail':
      return 'The last log lines (not shown to this user)';
    case 'evidence_gap':
      return `${String(data.lost)} records were lost (${data.reason.replaceAll('_', ' ')})`;
  }
}

function named(process: ProcessRef): string {
  return `${displayText(process.comm)} (pid ${String(process.pid)})`;
}
