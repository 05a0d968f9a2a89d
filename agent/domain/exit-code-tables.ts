/**
 * What well-known programs and conventions mean by an exit code. Data only; `exit-codes.ts` reads it.
 * A number is never proof: every text here says what the code *can* mean, where it was agreed on.
 */
export interface ExitCodeMeaning {
  /** A sentence that follows 'It can mean: '. */
  readonly text: string;
  /** Where that is written down. */
  readonly source: string;
  /** Who must have set the code for the meaning to hold: a program, a runtime, a convention. */
  readonly context: string;
}

/** One convention: the codes it gives a meaning to. */
export interface ExitCodeTable {
  readonly context: string;
  readonly source: string;
  readonly codes: Readonly<Record<number, string>>;
}

const RUNTIMES: readonly ExitCodeTable[] = [
  {
    context: 'docker run, docker start',
    source: 'Docker documentation, “docker run: exit status”',
    codes: {
      125: 'docker itself failed, for example on an unknown flag or an image that could not be pulled; no container ran',
      126: 'the command of the container exists but could not be invoked: not executable, or made for another architecture',
      127: 'the command of the container was not found in the image',
    },
  },
  {
    context: 'Docker',
    source: 'moby and containerd, observed: the shim of a running container was killed',
    codes: { 255: 'the runtime lost its shim and with it the real status of the container' },
  },
  {
    context: 'containerd',
    source: 'containerd, CRI plugin: StartError and unknownExitCode',
    codes: {
      128: 'the container could not be started at all (reason StartError)',
      255: 'containerd does not know how the container ended (reason Unknown)',
    },
  },
  {
    context: 'Kubernetes',
    source: 'Kubernetes, kubelet: ContainerStatusUnknown',
    codes: { 137: 'the kubelet lost track of the container and wrote 137 without having seen any signal' },
  },
];

const SHELLS: readonly ExitCodeTable[] = [
  {
    context: 'sh, bash',
    source: 'POSIX.1-2024, Shell Command Language 2.8.2; bash(1), EXIT STATUS',
    codes: {
      0: 'success',
      1: 'a general error: whatever the last command meant by it',
      2: 'wrong use of a shell builtin, or a syntax error in a script',
      126: 'a command was found but is not executable',
      127: 'a command was not found: a typing error, a missing package or a wrong PATH',
      128: 'a shell builtin was given an invalid argument, or nothing a shell defines: 128 + 0 is no signal',
      255: 'exit with a number outside 0–255, such as exit -1',
    },
  },
];

const LANGUAGES: readonly ExitCodeTable[] = [
  {
    context: 'Node.js',
    source: 'Node.js documentation, “Process exit codes”',
    codes: {
      1: 'an exception or promise rejection that nobody caught',
      3: 'Node.js could not parse its own bootstrap code',
      4: 'Node.js could not evaluate its own bootstrap code',
      5: 'a fatal error inside V8',
      6: 'the handler for uncaught exceptions was not a function',
      7: 'the handler for uncaught exceptions threw an exception itself',
      9: 'an unknown option, or one without its value',
      10: 'Node.js could not run its own bootstrap code',
      12: 'a wrong argument of --inspect',
      13: 'a top-level await that never settled',
      14: 'a start-up snapshot that could not be built',
    },
  },
  {
    context: 'Python',
    source: 'Python documentation, sys.exit and “Command line and environment”',
    codes: {
      1: 'an exception that nobody caught, or sys.exit with a message',
      2: 'wrong command-line arguments of the interpreter or of argparse',
      120: 'an error while Python cleaned up, for example when flushing standard output failed',
    },
  },
  {
    context: 'Java (HotSpot)',
    source: 'OpenJDK, java launcher and -XX:+ExitOnOutOfMemoryError',
    codes: {
      1: 'an exception that nobody caught, or a virtual machine that could not be created',
      3: 'the Java heap was exhausted while ExitOnOutOfMemoryError was set',
      130: 'the virtual machine handled SIGINT, ran its shutdown hooks and exited with 130 by itself',
      134: 'a crash of the virtual machine (hs_err file), or an exhausted heap with CrashOnOutOfMemoryError',
      143: 'the virtual machine handled SIGTERM, ran its shutdown hooks and exited with 143 by itself: an orderly stop',
    },
  },
  {
    context: 'Go',
    source: 'Go runtime, panic and fatal error',
    codes: { 2: 'a panic that nobody recovered, or a fatal error of the runtime such as concurrent map writes' },
  },
  { context: 'Rust', source: 'Rust standard library, std::process', codes: { 101: 'a panic of the main thread' } },
  {
    context: 'PHP',
    source: 'PHP manual, command line usage',
    codes: { 255: 'a fatal error, for example an exhausted memory_limit' },
  },
  { context: 'Perl', source: 'perldoc -f die', codes: { 255: 'die() without a more telling error number' } },
  {
    context: '.NET',
    source: '.NET runtime, unhandled exceptions on Linux',
    codes: { 134: 'an exception that nobody caught: the runtime calls abort()' },
  },
];

const PROGRAMS: readonly ExitCodeTable[] = [
  {
    context: 'timeout',
    source: 'GNU coreutils, timeout(1)',
    codes: {
      124: 'the command ran longer than allowed',
      125: 'timeout itself failed',
      137: 'the command ran longer than allowed and was ended with SIGKILL (timeout -s KILL or -k)',
    },
  },
  {
    context: 'env, nohup, nice, chroot',
    source: 'GNU coreutils manual, “Exit status”',
    codes: { 125: 'the wrapper itself failed before it ran the command' },
  },
  {
    context: 'xargs',
    source: 'GNU findutils, xargs(1)',
    codes: {
      123: 'one of the commands ended with 1–125',
      124: 'one of the commands ended with 255',
      125: 'one of the commands was killed by a signal',
    },
  },
  {
    context: 'grep',
    source: 'grep(1), EXIT STATUS',
    codes: { 1: 'no line matched', 2: 'an error, for example a file that does not exist' },
  },
  {
    context: 'diff',
    source: 'diff(1), EXIT STATUS',
    codes: { 1: 'the files differ', 2: 'trouble, for example a missing file' },
  },
  {
    context: 'tar',
    source: 'GNU tar manual, “Return codes”',
    codes: { 1: 'some files changed while they were read', 2: 'a fatal error' },
  },
  {
    context: 'make',
    source: 'GNU make manual, “Running make”',
    codes: { 1: 'make -q: a target is not up to date', 2: 'a recipe failed' },
  },
  {
    context: 'git',
    source: 'git, usage.c and die()',
    codes: {
      1: 'git diff --exit-code and its kin: there are differences',
      128: 'a fatal error such as no repository, no network or no permission',
      129: 'wrong usage',
    },
  },
  {
    context: 'ssh',
    source: 'ssh(1), EXIT STATUS',
    codes: { 255: 'ssh itself failed: no connection, refused key, lost connection' },
  },
  {
    context: 'curl',
    source: 'curl(1), EXIT CODES',
    codes: {
      2: 'curl could not start, for example on a wrong option',
      3: 'a malformed URL',
      5: 'the proxy could not be resolved',
      6: 'the host name could not be resolved',
      7: 'the connection was refused or the host is unreachable',
      16: 'a problem of the HTTP/2 layer',
      18: 'only a part of the file was transferred',
      22: 'with --fail, the server answered with 400 or above',
      23: 'the output could not be written',
      26: 'a local file could not be read',
      28: 'the operation timed out',
      35: 'the TLS handshake failed',
      47: 'too many redirects',
      51: 'the certificate does not match the host',
      52: 'the server closed the connection without an answer',
      55: 'data could not be sent',
      56: 'data could not be received: the connection was reset',
      58: 'a problem with the local certificate',
      60: 'the certificate of the server is not trusted',
      67: 'the login was refused',
      77: 'the file of CA certificates could not be read',
      92: 'an error of an HTTP/2 stream',
    },
  },
  {
    context: 'wget',
    source: 'GNU wget manual, “Exit status”',
    codes: {
      1: 'a general error',
      2: 'wrong options',
      3: 'a file could not be read or written',
      4: 'a network failure',
      5: 'the TLS verification failed',
      6: 'the login was refused',
      7: 'a protocol error',
      8: 'the server answered with an error',
    },
  },
  {
    context: 'rsync',
    source: 'rsync(1), EXIT VALUES',
    codes: {
      1: 'wrong usage',
      2: 'the two ends speak incompatible protocol versions',
      3: 'an input or output file could not be selected',
      5: 'the protocol could not be started',
      10: 'an error in socket I/O',
      11: 'an error in file I/O, often a full disk',
      12: 'an error in the data stream, often the other end gone',
      13: 'errors in program diagnostics',
      14: 'an error between its own processes',
      20: 'it was stopped by SIGUSR1 or SIGINT',
      21: 'waiting for a child failed',
      22: 'memory could not be allocated',
      23: 'some files were not transferred',
      24: 'some source files vanished while it ran',
      25: 'the --max-delete limit was reached',
      30: 'a timeout while sending or receiving',
      35: 'a timeout while connecting to the daemon',
    },
  },
  {
    context: 'pytest',
    source: 'pytest documentation, “Exit codes”',
    codes: {
      1: 'some tests failed',
      2: 'the run was interrupted',
      3: 'an internal error',
      4: 'wrong usage',
      5: 'no tests were collected',
    },
  },
  {
    context: 'pg_isready',
    source: 'PostgreSQL documentation, pg_isready',
    codes: {
      1: 'the server rejects connections, for example while it starts',
      2: 'no answer from the server',
      3: 'no attempt was made, for example on wrong parameters',
    },
  },
  {
    context: 'terraform plan -detailed-exitcode',
    source: 'Terraform documentation',
    codes: { 2: 'the plan succeeded and there are changes' },
  },
  {
    context: 'apt-get, apt',
    source: 'apt-get(8), DIAGNOSTICS',
    codes: { 100: 'an error, for example a package or an index that could not be fetched' },
  },
  {
    context: 'ping',
    source: 'ping(8)',
    codes: { 1: 'no answer came back', 2: 'another error, for example an unknown host' },
  },
];

const SYSEXITS: ExitCodeTable = {
  context: 'programs that follow sysexits.h (mail servers, Python os.EX_*)',
  source: 'sysexits.h(3head)',
  codes: {
    64: 'EX_USAGE: wrong use of the command',
    65: 'EX_DATAERR: wrong input data',
    66: 'EX_NOINPUT: an input file is missing or not readable',
    67: 'EX_NOUSER: an unknown user',
    68: 'EX_NOHOST: an unknown host',
    69: 'EX_UNAVAILABLE: a service or program it needs is not available',
    70: 'EX_SOFTWARE: an internal error of the software',
    71: 'EX_OSERR: an error of the operating system, such as a fork that was refused',
    72: 'EX_OSFILE: a system file is missing or broken',
    73: 'EX_CANTCREAT: an output file could not be created',
    74: 'EX_IOERR: an error in input or output',
    75: 'EX_TEMPFAIL: a passing failure; trying again may help',
    76: 'EX_PROTOCOL: the other side broke the protocol',
    77: 'EX_NOPERM: no permission',
    78: 'EX_CONFIG: an error in the configuration',
  },
};

const LSB: ExitCodeTable = {
  context: 'service scripts (LSB)',
  source: 'systemd.exec(5), “LSB exit codes”',
  codes: {
    2: 'invalid arguments',
    3: 'a function that is not implemented',
    4: 'not enough privileges',
    5: 'the program is not installed',
    6: 'the program is not configured',
    7: 'the program is not running',
  },
};

/** EXIT_CHDIR … of systemd: what failed between fork and exec of a service. */
const SYSTEMD: ExitCodeTable = {
  context: 'systemd, before the service itself ran',
  source: 'systemd.exec(5), “systemd-specific exit codes”',
  codes: {
    200: 'CHDIR: the working directory could not be entered',
    201: 'NICE: the priority could not be set',
    202: 'FDS: file descriptors could not be arranged',
    203: 'EXEC: the program could not be executed',
    204: 'MEMORY: memory could not be allocated',
    205: 'LIMITS: a resource limit could not be set',
    206: 'OOM_ADJUST: the OOM score could not be set',
    207: 'SIGNAL_MASK: the signal mask could not be set',
    208: 'STDIN: standard input could not be set up',
    209: 'STDOUT: standard output could not be set up',
    210: 'CHROOT: the root directory could not be changed',
    211: 'IOPRIO: the I/O priority could not be set',
    212: 'TIMERSLACK: the timer slack could not be set',
    213: 'SECUREBITS: the secure bits could not be set',
    214: 'SETSCHEDULER: the CPU scheduling policy could not be set',
    215: 'CPUAFFINITY: the CPU affinity could not be set',
    216: 'GROUP: the group does not exist or could not be taken',
    217: 'USER: the user does not exist or could not be taken',
    218: 'CAPABILITIES: the capabilities could not be set',
    219: 'CGROUP: the control group could not be set up',
    220: 'SETSID: a new session could not be made',
    221: 'CONFIRM: the start was declined at the console',
    222: 'STDERR: standard error could not be set up',
    224: 'PAM: the PAM session could not be opened',
    225: 'NETWORK: the network namespace could not be set up',
    226: 'NAMESPACE: the mount, user or other namespace could not be set up',
    227: 'NO_NEW_PRIVILEGES: new privileges could not be ruled out',
    228: 'SECCOMP: the system call filter could not be applied',
    229: 'SELINUX_CONTEXT: the SELinux context could not be set',
    230: 'PERSONALITY: the execution domain could not be set',
    231: 'APPARMOR_PROFILE: the AppArmor profile could not be set',
    232: 'ADDRESS_FAMILIES: the address families could not be restricted',
    233: 'RUNTIME_DIRECTORY: the runtime directory could not be made',
    235: 'CHOWN: the owner of a socket could not be set',
    236: 'SMACK_PROCESS_LABEL: the Smack label could not be set',
    237: 'KEYRING: the kernel keyring could not be set up',
    238: 'STATE_DIRECTORY: the state directory could not be made',
    239: 'CACHE_DIRECTORY: the cache directory could not be made',
    240: 'LOGS_DIRECTORY: the logs directory could not be made',
    241: 'CONFIGURATION_DIRECTORY: the configuration directory could not be made',
    242: 'NUMA_POLICY: the NUMA policy could not be set',
    243: 'CREDENTIALS: the credentials could not be set up',
  },
};

/** In the order in which meanings are listed: what is closest to a container first. */
export const EXIT_CODE_TABLES: readonly ExitCodeTable[] = [
  ...RUNTIMES,
  ...SHELLS,
  ...LANGUAGES,
  SYSEXITS,
  SYSTEMD,
  ...PROGRAMS,
  LSB,
];
