import { PIN_ROOT } from '../domain/settings.ts';
import { GROUP, type Layout } from './layout.ts';

/**
 * The agent as a service with no more rights than it needs. Nothing below /sys may be written but the agent's own folder
 * of pins: ProtectKernelTunables closes bpffs itself whatever ReadWritePaths says, but not a folder in it, which has to
 * be there before the service's view of the file system is made. What is not closed is open for a reason:
 * `/dev/kmsg` (ProtectKernelLogs and PrivateDevices would hide it), JIT memory for Node.js (MemoryDenyWriteExecute),
 * other processes' /proc (ProtectProc), and the network, which telemetry uses where it is configured.
 */
export function unitText({ current }: Pick<Layout, 'current'>): string {
  return `[Unit]
Description=Inquest: why did my container die?
After=local-fs.target sys-fs-bpf.mount
Before=docker.service containerd.service podman.service crio.service
StartLimitIntervalSec=5min
StartLimitBurst=10

[Service]
Type=notify
# As root without the limits below; where bpffs is missing the agent says so itself.
ExecStartPre=-+/bin/mkdir -p -m 0700 ${PIN_ROOT}
# Perf events, which execs and exits need since Linux 7, some distributions keep to those who may do everything:
# as root without the limits below the programs are attached, and nothing else is done.
ExecStartPre=-+${current}/inquest agent --attach-only
ExecStart=${current}/inquest agent
# Programs stay attached when it stops, so that the next agent misses nothing. inquest uninstall takes them away.
KillSignal=SIGTERM
Restart=on-failure
RestartSec=2s
# Ready means that it serves and the kernel programs are attached: on a busy machine at boot that takes its time.
TimeoutStartSec=3min
WatchdogSec=2min
TimeoutStopSec=20s
UnsetEnvironment=NODE_OPTIONS NODE_PATH NODE_EXTRA_CA_CERTS LD_PRELOAD LD_LIBRARY_PATH LD_AUDIT

User=root
Group=${GROUP}
RuntimeDirectory=inquest
RuntimeDirectoryMode=0755
StateDirectory=inquest
StateDirectoryMode=0700
UMask=0077

# BPF and PERFMON load and attach; SYS_PTRACE tells whose /proc entries are whose; DAC_READ_SEARCH reads logs and
# cgroups of others; SYSLOG reads the kernel's log.
CapabilityBoundingSet=CAP_BPF CAP_PERFMON CAP_SYS_PTRACE CAP_DAC_READ_SEARCH CAP_SYSLOG
AmbientCapabilities=
NoNewPrivileges=yes
# Kernels before 5.11 count the memory of BPF maps against this.
LimitMEMLOCK=infinity
LimitCORE=0

ProtectSystem=strict
ReadWritePaths=-${PIN_ROOT}
# Podman without root keeps its containers in people's homes.
ProtectHome=read-only
PrivateTmp=yes
PrivateMounts=yes
DevicePolicy=closed
DeviceAllow=/dev/kmsg r
ProtectControlGroups=yes
ProtectKernelTunables=yes
ProtectKernelModules=yes
ProtectClock=yes
ProtectHostname=yes
RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6
RestrictNamespaces=yes
RestrictRealtime=yes
RestrictSUIDSGID=yes
LockPersonality=yes
RemoveIPC=yes
KeyringMode=private
SystemCallArchitectures=native
SystemCallFilter=@system-service
SystemCallFilter=~@privileged
# Part of @privileged; after the line that denies it.
SystemCallFilter=bpf perf_event_open @chown
SystemCallErrorNumber=EPERM

MemoryHigh=256M
MemoryMax=384M
CPUQuota=100%
CPUWeight=50
TasksMax=64
OOMScoreAdjust=-900

[Install]
WantedBy=multi-user.target
`;
}
