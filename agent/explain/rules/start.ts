import { displayText } from '../../domain/display.ts';
import type { Facts } from '../facts.ts';
import type { Absence, Finding, Rule } from '../finding.ts';
import { runtimeTitle } from '../runtime-words.ts';

const ERROR_LIMIT = 240;

/** The runtime could not bring the program to life: it never ran an exec inside the container. */
export const startFailed: Rule = (facts) => {
  if (facts.execs.length > 0 || facts.mainExit !== undefined) return undefined;
  const told = runtimeError(facts) ?? initError(facts) ?? kubeletError(facts);
  if (told === undefined) return undefined;
  const kind = classify(told.error);
  return {
    cause: kind.cause,
    // Unless somebody saw the start, the program may have run before without a trace.
    certainty: facts.case.seenFromStart ? 'certain' : 'likely',
    headline: `Could not start: ${kind.words}. ${told.by} said: ${displayText(coreOf(told.error), ERROR_LIMIT)}`,
    actor: { kind: 'runtime', ancestry: [] },
    advice: kind.advice,
    ...(told.ofThis ? {} : { reliesOnAbsence: neverBegan(facts) }),
  };
};

interface StartError {
  readonly by: string;
  readonly error: string;
  /** The runtime itself said so of this very start. */
  readonly ofThis: boolean;
}

function runtimeError(facts: Facts): StartError | undefined {
  const error = facts.runtimeState?.data.error ?? '';
  return error === '' ? undefined : { by: runtimeTitle(facts), error, ofThis: true };
}

/** An init that fails after the runtime has let go writes its error to the container's log. */
function initError(facts: Facts): StartError | undefined {
  if (!facts.case.kernelWatched || !facts.case.seenFromStart) return undefined;
  const error = facts.logTail?.lines.findLast(({ text }) => INIT_ERROR.test(text))?.text;
  return error === undefined ? undefined : { by: runtimeTitle(facts), error, ofThis: false };
}

/** Of a container that it could not make, CRI-O keeps nothing: what it answered is told by kubelet. */
function kubeletError(facts: Facts): StartError | undefined {
  if (!facts.case.kernelWatched || !facts.case.seenFromStart) return undefined;
  const said = facts.orchestratorEvents.findLast(({ data }) => data.reason === 'Failed')?.data.message;
  return said === undefined ? undefined : { by: 'kubelet', error: said.replace(/^Error: /, ''), ofThis: false };
}

/** runc up to 1.0, and from 1.1 on. */
const INIT_ERROR =
  /exec user process caused|^exec \S{1,256}: (?:exec format error|no such file or directory|permission denied)/;

/** The log is the program's own when the records of its run were lost. */
function neverBegan(facts: Facts): Absence[] {
  return [{ of: ['process_exec', 'process_exit'], since: facts.case.openedAt }];
}

/** The runtime wraps the kernel's error in several layers; the last ones say what matters. */
function coreOf(error: string): string {
  const oci = error.lastIndexOf('OCI runtime create failed:');
  return oci < 0 ? error : error.slice(oci + 'OCI runtime create failed:'.length).trim();
}

interface StartFailure {
  readonly cause: Finding['cause'];
  readonly words: string;
  readonly advice: Finding['advice'];
}

/** `exec: "name": …`, `exec user process caused: …`, `exec /path: …`, and crun's words for them. */
const COMMAND_ERROR = /\bexec(?: user process caused|: "|: `| \S{1,256}:)|executable file `/;

function classify(error: string): StartFailure {
  // Mounts, devices and working directories fail with the same words.
  const ofCommand = COMMAND_ERROR.test(error);
  if (ofCommand && /exec format error/i.test(error)) {
    return {
      cause: 'start.not-executable',
      words: 'the program is not one that this machine can run',
      advice: [
        {
          text: 'The image was built for another processor architecture, or a script lacks its #! line.',
          command: 'docker image inspect --format {{.Architecture}} IMAGE',
        },
      ],
    };
  }
  if (ofCommand && /executable file not found|no such file or directory/i.test(error)) {
    return {
      cause: 'start.not-found',
      words: 'the command was not found in the image',
      advice: [
        {
          text: 'Check ENTRYPOINT and CMD for spelling and for the path inside the image. A script whose #! interpreter is missing gives the same error.',
        },
      ],
    };
  }
  if (ofCommand && /permission denied/i.test(error)) {
    return {
      cause: 'start.not-executable',
      words: 'the command is not executable',
      advice: [
        {
          text: 'Set the executable bit in the image, or call the interpreter explicitly.',
          command: 'RUN chmod +x /path/to/program',
        },
      ],
    };
  }
  return {
    cause: 'start.failed',
    words: 'the runtime gave up before the program ran',
    advice: [
      { text: 'The message above is the runtime’s own; it names the mount, device, limit or namespace that failed.' },
    ],
  };
}

/** It had no error to show, but its program demonstrably never ran. */
export const neverRan: Rule = (facts) => {
  const { case: input } = facts;
  if (!input.kernelWatched || !input.seenFromStart || facts.execs.length > 0 || facts.mainExit !== undefined)
    return undefined;
  if (facts.gaps.length > 0 || !facts.case.evidence.some(({ data }) => data.kind === 'container_removed'))
    return undefined;
  return {
    cause: 'start.failed',
    certainty: 'likely',
    headline: `Could not start: the container was taken down before any program of it ran.`,
    actor: { kind: 'runtime', ancestry: [] },
    advice: [{ text: 'Look at the runtime’s own log for the error.', command: 'journalctl -u docker -u containerd' }],
  };
};
