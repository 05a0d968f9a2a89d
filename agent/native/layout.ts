/**
 * Where every field of a kernel record lies, in bytes: sizes (`signal_sent`) and
 * offsets (`signal_sent.sender`) of bpf/inquest.h. The names are those of C.
 * A test compares this table with the one that the compiler gives.
 *
 * All integers are little-endian on the machines we support; times are
 * CLOCK_BOOTTIME in nanoseconds; text is raw bytes, NUL-padded.
 */
export const LAYOUT = {
  version: 4,
  argv_max: 4096,
  ancestors_max: 8,
  levels_max: 8,
  header: 40,
  'header.size': 0,
  'header.kind': 4,
  'header.version': 6,
  'header.time_ns': 8,
  'header.sequence': 16,
  'header.cpu': 24,
  'header.flags': 28,
  'header.container': 32,
  process: 144,
  'process.start_ns': 0,
  'process.parent_start_ns': 8,
  'process.cgroup': 16,
  'process.container': 24,
  'process.pid': 32,
  'process.tid': 36,
  'process.ns_pid': 40,
  'process.ppid': 44,
  'process.pid_ns': 48,
  'process.pid_ns_level': 52,
  'process.uid': 56,
  'process.gid': 60,
  'process.loginuid': 64,
  'process.session': 68,
  'process.flags': 72,
  'process.rank': 76,
  'process.comm': 80,
  'process.tty': 96,
  'process.exe': 112,
  ancestor: 80,
  'ancestor.start_ns': 0,
  'ancestor.cgroup': 8,
  'ancestor.container': 16,
  'ancestor.pid': 24,
  'ancestor.uid': 28,
  'ancestor.comm': 32,
  'ancestor.exe': 48,
  signal_sent: 1032,
  'signal_sent.target': 40,
  'signal_sent.sender': 184,
  'signal_sent.fault_address': 328,
  'signal_sent.signal': 336,
  'signal_sent.si_code': 340,
  'signal_sent.info_kind': 344,
  'signal_sent.group': 348,
  'signal_sent.result': 352,
  'signal_sent.disposition': 356,
  'signal_sent.target_unkillable': 360,
  'signal_sent.has_sender': 364,
  'signal_sent.si_pid': 368,
  'signal_sent.si_uid': 372,
  'signal_sent.syscall': 376,
  'signal_sent.arch': 380,
  'signal_sent.n_ancestors': 384,
  'signal_sent.argv_len': 388,
  'signal_sent.ancestors': 392,
  signal_received: 192,
  'signal_received.process': 40,
  'signal_received.signal': 184,
  process_exec: 320,
  'process_exec.process': 40,
  'process_exec.filename': 184,
  'process_exec.argc': 312,
  'process_exec.argv_len': 316,
  memory: 64,
  'memory.cgroup': 0,
  'memory.usage_pages': 8,
  'memory.limit_pages': 16,
  'memory.peak_pages': 24,
  'memory.failcnt': 32,
  'memory.oom_events': 40,
  'memory.swap_usage_pages': 48,
  'memory.swap_limit_pages': 56,
  throttle: 48,
  'throttle.cgroup': 0,
  'throttle.quota_us': 8,
  'throttle.period_us': 16,
  'throttle.nr_periods': 24,
  'throttle.nr_throttled': 32,
  'throttle.throttled_ns': 40,
  pids: 24,
  'pids.current_count': 0,
  'pids.limit': 8,
  'pids.max_events': 16,
  process_exit: 360,
  'process_exit.process': 40,
  'process_exit.status': 184,
  'process_exit.group_exit': 188,
  'process_exit.max_rss_pages': 192,
  'process_exit.cpu_ns': 200,
  'process_exit.utime_ns': 208,
  'process_exit.stime_ns': 216,
  'process_exit.memory': 224,
  'process_exit.throttle': 288,
  'process_exit.pids': 336,
  oom_level: 128,
  'oom_level.cgroup': 0,
  'oom_level.usage_pages': 8,
  'oom_level.limit_pages': 16,
  'oom_level.peak_pages': 24,
  'oom_level.oom_group': 32,
  'oom_level.oom_events': 40,
  'oom_level.oom_moved': 48,
  'oom_level.moved_ns': 56,
  'oom_level.name': 64,
  oom_kill: 1360,
  'oom_kill.victim': 40,
  'oom_kill.trigger': 184,
  'oom_kill.n_levels': 328,
  'oom_kill.oom_score_adj': 332,
  'oom_kill.levels': 336,
  container_record: 776,
  'container_record.id': 40,
  'container_record.path': 104,
  'container_record.runtime': 616,
  'container_record.depth': 620,
  'container_record.main_start_ns': 624,
  'container_record.main_pid': 632,
  'container_record.main_rank': 636,
  'container_record.outer': 640,
  'container_record.suppressed': 648,
  runtime_request: 1208,
  'runtime_request.client': 40,
  'runtime_request.runtime': 184,
  'runtime_request.protocol': 188,
  'runtime_request.n_ancestors': 192,
  'runtime_request.argv_len': 196,
  'runtime_request.socket': 200,
  'runtime_request.text': 312,
  'runtime_request.ancestors': 568,
  mapping: 80,
  'mapping.start': 0,
  'mapping.end': 8,
  'mapping.file_offset': 16,
  'mapping.inode': 24,
  'mapping.file_bytes': 32,
  'mapping.capacity_bytes': 40,
  'mapping.device': 48,
  'mapping.magic': 52,
  'mapping.flags': 56,
  'mapping.links': 60,
  'mapping.path': 64,
  'mapping.path_length': 68,
  'mapping.shown': 72,
  'mapping.shown_length': 76,
  build_id: 32,
  'build_id.status': 0,
  'build_id.id': 4,
  'build_id.offset': 24,
  process_fault: 31144,
  'process_fault.process': 40,
  'process_fault.fault_address': 184,
  'process_fault.stack_start': 192,
  'process_fault.stack_limit': 200,
  'process_fault.main_stack': 208,
  'process_fault.signal': 216,
  'process_fault.si_code': 220,
  'process_fault.register_set': 224,
  'process_fault.n_frames': 228,
  'process_fault.n_build_ids': 232,
  'process_fault.n_mappings': 236,
  'process_fault.mappings_left_out': 240,
  'process_fault.stack_length': 244,
  'process_fault.trap': 248,
  'process_fault.has_code': 252,
  'process_fault.error_code': 256,
  'process_fault.code': 264,
  'process_fault.registers': 280,
  'process_fault.frames': 552,
  'process_fault.build_ids': 680,
  'process_fault.mappings': 1192,
  'process_fault.paths': 6312,
  'process_fault.stack': 14760,
} as const;

export type LayoutKey = keyof typeof LAYOUT;

/** `header.kind`. */
export const KIND = {
  containerCreated: 1,
  containerRemoved: 2,
  processExec: 3,
  processExit: 4,
  signalSent: 5,
  signalReceived: 6,
  oomKill: 7,
  runtimeRequest: 8,
  processFault: 9,
} as const;

/** What is spoken on a runtime's socket: `runtime_request.protocol`. */
export const PROTOCOL = { http: 1, opaque: 2 } as const;

/** `header.flags`, bits. */
export const FLAG = {
  /** The process (target, victim) is the container's main process. */
  main: 0x1,
  /** It lives in a cgroup below the container's own. */
  nested: 0x2,
  argvTruncated: 0x4,
  /** argv was paged out, wholly or in part. */
  argvUnreadable: 0x8,
  /** A timer or the like: `sender` is whatever task it hit. */
  senderUntrusted: 0x20,
  senderInside: 0x40,
  /** Came by the ring of deaths. */
  deathsRing: 0x80,
} as const;

/** `process.flags`, bits. */
export const PROCESS_FLAG = {
  kernelThread: 0x1,
  /** PID 1 of a pid namespace: signals without a handler are ignored. */
  namespaceInit: 0x2,
  exiting: 0x4,
  /** Main process of its own container. */
  main: 0x8,
  nested: 0x10,
  dumpingCore: 0x20,
} as const;

/** `mapping.flags`, bits. */
export const MAPPING_FLAG = {
  read: 0x1,
  write: 0x2,
  execute: 0x4,
  shared: 0x8,
  growsDown: 0x100,
  /** The faulting address is in it. */
  fault: 0x1_0000,
  /** The instruction is in it. */
  instruction: 0x2_0000,
  /** The stack pointer is in it. */
  stack: 0x4_0000,
  /** The last mapping below a faulting address that is in none. */
  below: 0x8_0000,
  above: 0x10_0000,
} as const;

/** `process_fault.register_set`: whose numbers the registers are in. */
export const REGISTER_SET = { x86_64: 1, arm64: 2 } as const;

/** `signal_sent.info_kind`. */
export const INFO_KIND = { none: 0, privileged: 1, struct: 2 } as const;

/** `signal_sent.disposition` of the target when the signal was sent. */
export const DISPOSITION = { default: 0, ignore: 1, handler: 2 } as const;

/** `container_record.runtime`: a hint from the cgroup's name, not a proof. */
export const RUNTIME = {
  unknown: 0,
  docker: 1,
  containerd: 2,
  crio: 3,
  podman: 4,
  nerdctl: 5,
  kubepods: 6,
  buildkit: 7,
} as const;

/** `process.rank`: how the kernel side came to take a process for the main one. */
export const MAIN_RANK = { none: 0, first: 1, entered: 2, namespaceInit: 3 } as const;

/** 'No limit' in limit fields; 'not known' in `oom_level.oom_moved`. */
export const NONE = 0xffff_ffff_ffff_ffffn;
