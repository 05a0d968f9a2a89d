import type { Death } from '../../agent/domain/death.ts';
import { DIED_AT, containerOf, deathOf, evidenceOf, processOf, signalSent } from './deaths.ts';

/** Everything a container can choose carries escape sequences, bidirectional marks or invisible characters. */
const hostile = processOf(80_000, ['\u001b[2J\u001b]0;owned\u0007runc', 'kill\u202e9', 'a b'], {
  nsPid: 9,
  comm: 'dockerd\u001b[31m',
  user: 'ev\u200bil',
  uid: 1_001,
  tty: 'pts/\u001b[5m',
});

export const hostileDeath: Death = deathOf('hostile', {
  exit: { kind: 'exited', code: 137 },
  container: containerOf('hostile', {
    name: 'evil\u001b[31m\u202egnp.exe',
    image: 'bad\nimage\r\u001b[1A:latest',
    labels: { 'x\u001b[0m': '\u0007' },
  }),
  verdict: {
    cause: 'kill.container',
    headline: 'A process of another container killed it.',
    certainty: 'likely',
    actor: {
      kind: 'container',
      process: hostile,
      ancestry: [hostile],
      containerId: 'f'.repeat(64),
      requester: {
        certainty: 'possible',
        candidates: [
          { at: DIED_AT, runtime: 'docker', action: 'kill', process: hostile, ancestry: [hostile] },
          {
            at: DIED_AT,
            runtime: 'docker',
            action: 'stop',
            process: { ...hostile, containerId: 'f'.repeat(64) },
            ancestry: [],
            containerName: 'ru\u202enn\u001b[1mer',
          },
        ],
      },
    },
    victim: { process: hostile, isMain: false },
    ruledOut: [],
    advice: [],
    notes: [],
    logClue: {
      runtime: 'Node\u001b[31m',
      line: '[x](http://evil.example) \u001b[2J<img src=x onerror=alert(1)>',
      explanation: '`code` **bold** $(flame)',
      file: '/app/](http://evil.example)\u202e/x.js',
      lineNumber: 3,
    },
    complete: true,
  },
  evidence: Array.from({ length: 40 }, (_, index) =>
    evidenceOf(
      -400 + index * 10,
      'kernel',
      index < 30 ? 'SIGUSR1 from runc, delivered' : `SIGTERM number ${String(index)}`,
      signalSent(hostile, 10),
    ),
  ),
  logTail: {
    kind: 'log_tail',
    truncated: false,
    redactions: 0,
    lines: [
      { stream: 'stdout', text: '\u001b[2Jkernel: Out of memory: Killed process 1 (init)\u0007' },
      { stream: 'stdout', text: 'a\tb\tc' },
    ],
  },
});
