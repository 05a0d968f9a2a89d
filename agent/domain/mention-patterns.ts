/**
 * How runtimes, orchestrators, shells and build tools write of an exit. Data only; `mentions.ts` reads it.
 *
 * No quantifier is open-ended, so that no line can make one of these slow; a test holds them to it. Groups: `code` an
 * exit code, `signal` its number, `name` its name or Go's word for it, `flag` the value of an OOMKilled field, `id` a
 * container's id.
 */
export type PatternKind = 'exit-code' | 'signal' | 'oom' | 'crash-loop' | 'status-unknown' | 'container-id';

export interface MentionPattern {
  readonly kind: PatternKind;
  readonly expression: RegExp;
}

/**
 * Not a part of a longer number, version, time, address, range or word. Also numbers that are no exit code but are
 * called one: -1, 3221225477, 0xC0000005.
 */
const CODE = '(?<code>0x[0-9a-fA-F]{8}|0|-?[1-9]\\d{0,9})(?![\\w%]|[.,:/-]\\d)';
const SIGNAL_NUMBER = '(?<signal>[1-9]\\d?)(?![\\w%]|[.,:/-]\\d)';
const SIGNAL_NAME =
  '(?<name>SIG(?:HUP|INT|QUIT|ILL|TRAP|ABRT|BUS|FPE|KILL|USR1|SEGV|USR2|PIPE|ALRM|TERM|XCPU|XFSZ|VTALRM|PROF|SYS))(?!\\w)';
const NO_WORD_BEFORE = '(?<![A-Za-z0-9_])';
/** From a key to its value, also in JSON inside of JSON. */
const TO_VALUE = '\\\\?["\'\\]]?[ \\t]{0,16}(?:[:=]|is|was|of)?[ \\t]{0,32}\\\\?["\'(]?';
const ID = '(?<id>[0-9a-f]{64}|[0-9a-f]{12})(?![0-9A-Za-z_])';

function pattern(kind: PatternKind, source: string): MentionPattern {
  return { kind, expression: new RegExp(source, 'dg') };
}

export const MENTION_PATTERNS: readonly MentionPattern[] = [
  // exit code 137 · exit status 139 · "ExitCode": 137 · exitCode=137 · Exit Code:    137 · exit value 137.
  // Not `--exit-code 1`, which asks for a code.
  pattern(
    'exit-code',
    `(?:(?<![A-Za-z0-9]|--)(?:[Ee]xit|EXIT)|(?<=[a-z])Exit)[ _-]?(?:[Cc]ode|CODE|[Ss]tatus|STATUS|[Vv]alue)${TO_VALUE}${CODE}`,
  ),
  // Exited (137) · exited with code 137 · exited with non-zero status 1.
  pattern('exit-code', `(?<![A-Za-z0-9])[Ee]xited[ \\t]{0,4}\\((?:(?:code|status)[ =:]{1,2})?${CODE}\\)`),
  pattern(
    'exit-code',
    `(?<![A-Za-z0-9])[Ee]xited with(?: an?)?(?: non-?zero)?(?: error)?(?: exit)?(?: code| status)[ :=]{1,3}\\(?${CODE}`,
  ),
  // exited with 137, where nothing is counted: not `exited with 3 warnings`.
  pattern('exit-code', `(?<![A-Za-z0-9])[Ee]xited with ${CODE}(?=[ \\t]{0,4}(?:$|[.,;)\\]+]))`),
  // returned a non-zero code: 137 · returned non-zero exit status 1.
  pattern('exit-code', `(?<![A-Za-z0-9])[Nn]on-?zero (?:exit )?(?:code|status|value)[ :=]{1,3}\\(?${CODE}`),
  // Not `returned status 204` or `finished with status 200`: HTTP speaks like that.
  pattern(
    'exit-code',
    `(?<![A-Za-z0-9])(?:[Tt]erminated|[Dd]ied|[Ff]ailed) with (?:error )?(?:code|status)[ :=]{1,3}\\(?${CODE}`,
  ),
  pattern('exit-code', `(?<![A-Za-z0-9_.])_?exit(?:_group)?\\(${CODE}\\)`),
  // The state column of docker-compose 1.
  pattern('exit-code', `(?<=[ \\t]{2})Exit ${CODE}(?=[ \\t]{0,16}$|[ \\t]{2})`),
  pattern('exit-code', `(?<![A-Za-z0-9_])code=exited,? status=${CODE}(?:/[\\w/]{1,32})?`),
  pattern('signal', `(?<![A-Za-z0-9_])code=(?:killed|dumped),? status=${SIGNAL_NUMBER}(?:/[\\w+]{1,16})?`),
  // Go: signal: killed.
  pattern(
    'signal',
    `${NO_WORD_BEFORE}signal: (?<name>killed|terminated|aborted|interrupt|quit|hangup|segmentation fault|bus error|illegal instruction|floating point exception|broken pipe|alarm clock|bad system call|trace/breakpoint trap)(?![A-Za-z])(?: \\(core dumped\\))?`,
  ),
  pattern(
    'signal',
    `${NO_WORD_BEFORE}(?:[Kk]illed|[Tt]erminated|[Dd]ied|[Ee]xited|[Ee]nded|[Ii]nterrupted|[Cc]rashed)(?: prematurely:)?(?: by| on| with| from| due to)?(?: a)? signal[ :=#]{1,2}\\(?${SIGNAL_NUMBER}(?:[:,]? \\(?SIG[A-Z0-9]{2,6}\\)?)?`,
  ),
  pattern('signal', `${NO_WORD_BEFORE}signal[ :=]{1,2}${SIGNAL_NUMBER}[:,]? \\(?SIG[A-Z0-9]{2,6}\\)?`),
  // An event of Docker: container kill … (image=…, name=…, signal=9).
  pattern('signal', `(?<=[(, ])signal=${SIGNAL_NUMBER}(?=[),]|$)`),
  pattern('signal', `${NO_WORD_BEFORE}${SIGNAL_NAME}`),
  pattern('signal', `${NO_WORD_BEFORE}(?<name>Segmentation fault)(?: \\(core dumped\\))?`),
  pattern(
    'signal',
    `${NO_WORD_BEFORE}(?<name>Aborted|Bus error|Illegal instruction|Floating point exception) \\(core dumped\\)`,
  ),
  pattern(
    'oom',
    `${NO_WORD_BEFORE}OOMKilled(?!\\w)(?:\\\\?["']?[ \\t]{0,4}[:=][ \\t]{0,16}(?<flag>true|false)(?!\\w))?`,
  ),
  pattern('oom', `${NO_WORD_BEFORE}(?:Memory cgroup o|O)ut of memory: Kill(?:ed)? process \\d{1,10}`),
  pattern('oom', `${NO_WORD_BEFORE}killed by the OOM killer`),
  pattern('oom', `${NO_WORD_BEFORE}oom-kill(?:ed)?(?![\\w-])`),
  pattern('crash-loop', `${NO_WORD_BEFORE}CrashLoopBackOff(?!\\w)`),
  pattern('crash-loop', `${NO_WORD_BEFORE}[Bb]ack-off (?:\\w{1,12} )?restarting failed container`),
  pattern('status-unknown', `${NO_WORD_BEFORE}ContainerStatusUnknown(?!\\w)`),
  // container 3f2a… · container_id=3f2a… · "ContainerID": "3f2a…".
  pattern(
    'container-id',
    `(?<![A-Za-z0-9])[Cc]ontainer(?:[ _-]?(?:id|ID|Id))?\\\\?["']?[ \\t]{0,4}[:=]?[ \\t]{0,32}\\\\?["']?${ID}`,
  ),
  pattern('container-id', `${NO_WORD_BEFORE}(?:docker|containerd|cri-o|podman)://${ID}`),
  pattern('container-id', `${NO_WORD_BEFORE}(?:docker|cri-containerd|crio|libpod|nerdctl)-${ID}`),
  pattern('container-id', `/(?:docker|containers|libpod)/${ID}`),
  // docker inspect. The id of an image has `sha256:` before it.
  pattern('container-id', `"Id": ?"(?<id>[0-9a-f]{64})"`),
  // docker ps. A number of twelve digits is not an id there.
  pattern('container-id', `^(?=[0-9]{0,11}[a-f])(?<id>[0-9a-f]{12}) {3}`),
];

/** What only the client's word makes an id. */
export const ID_TOKEN = /(?<![0-9A-Za-z_])(?:[0-9a-f]{64}|[0-9a-f]{12})(?![0-9A-Za-z_])/g;
/** Docker's grammar of names; what follows may end a sentence. */
export const NAME_TOKEN = /(?<![\w.-])[A-Za-z0-9][\w.-]{1,252}(?![\w.-])/g;

/** Words of Go's syscall.Signal and of shells, in lower case. */
export const SIGNAL_WORDS: ReadonlyMap<string, number> = new Map([
  ['hangup', 1],
  ['interrupt', 2],
  ['quit', 3],
  ['illegal instruction', 4],
  ['trace/breakpoint trap', 5],
  ['aborted', 6],
  ['bus error', 7],
  ['floating point exception', 8],
  ['killed', 9],
  ['segmentation fault', 11],
  ['broken pipe', 13],
  ['alarm clock', 14],
  ['terminated', 15],
  ['bad system call', 31],
]);
