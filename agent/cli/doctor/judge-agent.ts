import { displayText } from '../../domain/display.ts';
import type { KernelHealth, ProgramHealth, RecordCounters } from '../../domain/health.ts';
import type { Check } from './check.ts';
import { fail, ok, warn } from './check.ts';
import type { Facts } from './facts.ts';

const TEXT_LIMIT = 200;

export function judgeAgent({ agent }: Facts): readonly Check[] {
  if (agent.state === 'answers') {
    const { version, pid, containers } = agent.health;
    const answered = `version ${displayText(version, 40)} answers, process ${String(pid)}, following ${String(containers)} containers`;
    if (agent.tier === 'sensitive') return [ok('agent', 'Agent', answered)];
    return [
      warn(
        'agent',
        'Agent',
        `${answered}; it hides arguments and log lines from you.`,
        'Become a member of its sensitive group to see them, then log in again.',
      ),
    ];
  }
  const { reason, message, next } = agent.error;
  const advice = next ?? 'Look at the agent’s own log: journalctl -u inquest';
  return reason === 'agent-not-running'
    ? [warn('agent', 'Agent', message, advice)]
    : [fail('agent', 'Agent', message, advice)];
}

/** What is attached, as the running agent says, else what this kernel would take. */
export function judgePrograms({ agent, addon, capabilities }: Facts): readonly Check[] {
  if (agent.state === 'answers') return [judgeAttached(agent.health.kernel)];
  if (addon.state === 'missing' || capabilities.size === 0) return [];
  if (!addon.probe.ringbuf) {
    return [
      fail(
        'programs',
        'Kernel programs',
        'The kernel did not let this process make a ring buffer.',
        'Look again with: sudo inquest doctor. If it stays so, the kernel or a security policy forbids BPF.',
      ),
    ];
  }
  return [ok('programs', 'Kernel programs', 'not attached, since no agent runs; the kernel takes them')];
}

const PREEMPTIBLE_PROGRAMS: ReadonlySet<string> = new Set(['sched_process_exec', 'sched_process_exit']);

/** Whether the kernel may skip an exec or an exit, which only some kernels do. */
export function judgePreemption({ agent, addon, perfEventParanoid }: Facts): readonly Check[] {
  if (addon.state === 'missing' || !addon.probe.preemptsPrograms) return [];
  const isSafe =
    agent.state === 'answers'
      ? !agent.health.kernel.programs.some(({ name, attached }) => attached && PREEMPTIBLE_PROGRAMS.has(name))
      : addon.probe.execEvents || !addon.probe.ringbuf;
  if (isSafe) return [];
  const isClosed = perfEventParanoid !== undefined && perfEventParanoid >= CLOSED_TO_PERFMON;
  const [reason, next] = isClosed
    ? [
        `this machine keeps perf events, by which they are not skipped, to those who have CAP_SYS_ADMIN (kernel.perf_event_paranoid is ${String(perfEventParanoid)})`,
        'Start the agent as the service that inquest install makes: it has its programs attached before it gives up its rights. Or open perf events to CAP_PERFMON: sysctl kernel.perf_event_paranoid=2',
      ]
    : [
        'tracefs is not mounted or may not be read',
        'Mount it and start the agent again: mount -t tracefs tracefs /sys/kernel/tracing',
      ];
  return [
    warn(
      'preemption',
      'Execs and exits',
      `This kernel skips some of them on a busy processor, because ${reason}. What it skips is counted, and the deaths that this may touch are marked incomplete.`,
      next,
    ),
  ];
}

/** From here on distributions that have a patch of their own (Debian, Ubuntu) ask for more than CAP_PERFMON. */
const CLOSED_TO_PERFMON = 3;

/** Of these one is enough: they see the same in the ways that different kernels have. */
const REQUEST_PROGRAMS: ReadonlySet<string> = new Set([
  'data_ready_event',
  'sk_data_ready',
  'sock_readable_fentry',
  'sock_readable_kprobe',
]);

/** Whether it can be seen who asks a runtime to stop a container. */
export function judgeRequests({ agent, addon }: Facts): readonly Check[] {
  if (agent.state === 'answers') {
    const ways = agent.health.kernel.programs.filter(({ name }) => REQUEST_PROGRAMS.has(name));
    if (ways.length === 0) return [];
    const way = ways.find(({ attached }) => attached);
    return [way === undefined ? requestsUnseen(ways.map(reasonOf).join(', ')) : requestsSeen()];
  }
  if (addon.state === 'missing' || !addon.probe.ringbuf) return [];
  const { dataReady, fentry, kprobe } = addon.probe;
  return [
    dataReady || fentry || kprobe
      ? requestsSeen()
      : requestsUnseen('the kernel has neither the tracepoint sk_data_ready (Linux 6.3) nor fentry or kprobes'),
  ];
}

const REQUESTS_TITLE = 'Requests to runtimes';

function requestsSeen(): Check {
  return ok('requests', REQUESTS_TITLE, 'who asks a runtime to stop or kill a container can be seen');
}

function requestsUnseen(why: string): Check {
  return warn(
    'requests',
    REQUESTS_TITLE,
    `Who asks a runtime to stop or kill a container cannot be seen: ${why}.`,
    'Deaths are explained all the same, but a docker stop has no name to it. Boot Linux 6.3 or later, or a kernel with fentry or kprobes.',
  );
}

function reasonOf({ name, reason }: ProgramHealth): string {
  return `${displayText(name, 40)} (${displayText(reason ?? 'no reason given', TEXT_LIMIT)})`;
}

function judgeAttached({ programs: all, origin }: KernelHealth): Check {
  const programs = all.filter(({ name, attached }) => attached || !REQUEST_PROGRAMS.has(name));
  const missing = programs.filter(({ attached }) => !attached);
  const attached = programs.length - missing.length;
  const reasons = missing.map(reasonOf);
  const title = 'Kernel programs';
  if (attached === 0) {
    const why = reasons.length === 0 ? '' : `: ${reasons.join(', ')}`;
    return fail('programs', title, `None is attached${why}.`, 'Look at the agent’s own log: journalctl -u inquest');
  }
  const count = `${String(attached)} attached${origin === 'adopted' ? ', since before this agent started' : ''}`;
  if (missing.length === 0) return ok('programs', title, count);
  return warn(
    'programs',
    title,
    `${count}; not: ${reasons.join(', ')}`,
    'Deaths are seen. What these would add is missing.',
  );
}

/** Whether a crash can be explained without a core file. */
export function judgeBacktraces({ agent }: Facts): readonly Check[] {
  if (agent.state === 'silent') return [];
  const program = agent.health.kernel.programs.find(({ name }) => name === 'process_fault');
  if (program === undefined) return [];
  return program.attached
    ? [ok('backtraces', 'Backtraces', 'taken of every program that crashes; no core file is needed')]
    : [
        warn(
          'backtraces',
          'Backtraces',
          `The kernel does not take the program that records them (${displayText(program.reason ?? 'no reason given', TEXT_LIMIT)}).`,
          'A crash is still explained by its signal and address. For the place in the program keep core files: docker run --ulimit core=-1 …',
        ),
      ];
}

export function judgeRecords({ agent }: Facts): readonly Check[] {
  if (agent.state === 'silent') return [];
  const { counters } = agent.health.kernel;
  const total = (pick: (one: RecordCounters) => number): number => counters.reduce((sum, one) => sum + pick(one), 0);
  const [seen, lost, suppressed] = [total((one) => one.seen), total((one) => one.lost), total((one) => one.suppressed)];
  const counts = `${seen.toLocaleString('en-US')} seen, ${lost.toLocaleString('en-US')} lost, ${suppressed.toLocaleString('en-US')} held back`;
  if (lost === 0) return [ok('records', 'Kernel records', counts)];
  return [
    warn(
      'records',
      'Kernel records',
      counts,
      'The deaths that this may touch are marked incomplete. A container that starts processes very fast is the usual reason.',
    ),
  ];
}
