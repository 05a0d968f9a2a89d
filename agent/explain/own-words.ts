import type { ContainerIdentity } from '../domain/container.ts';
import type { Advice } from '../domain/death.ts';

/**
 * Rules advise in Docker's words, which most people know. Where the container is another tool's, what is said
 * is put into that tool's words: Podman and nerdctl take the same commands, Kubernetes has fields instead.
 */
export function inOwnWords(advice: readonly Advice[], container: ContainerIdentity): readonly Advice[] {
  const tool = toolOf(container);
  return tool === 'docker' ? advice : advice.map((one) => translated(one, tool));
}

export type Tool = 'docker' | 'podman' | 'nerdctl' | 'kubernetes';

const POD_LABEL = 'io.kubernetes.pod.name';

/** What the container is run with: in whose words a setting is told. */
export function toolOf({ runtime, labels }: ContainerIdentity): Tool {
  if (labels[POD_LABEL] !== undefined || runtime === 'cri-o') return 'kubernetes';
  if (runtime === 'podman') return 'podman';
  return runtime === 'containerd' ? 'nerdctl' : 'docker';
}

function translated({ text, command }: Advice, tool: Exclude<Tool, 'docker'>): Advice {
  const own = command === undefined ? undefined : commandFor(command, tool);
  return { text: phraseFor(text, tool), ...(own !== undefined && { command: own }) };
}

function commandFor(command: string, tool: Exclude<Tool, 'docker'>): string | undefined {
  if (tool === 'kubernetes') return fieldFor(command);
  if (command.startsWith('{"live-restore"')) return undefined;
  if (command === DAEMON_LOG) return tool === 'podman' ? 'journalctl -t podman -t conmon' : 'journalctl -u containerd';
  return command.replace(/^docker /, `${tool} `);
}

const DAEMON_LOG = 'journalctl -u docker -u containerd';

/** Docker's `48m` is 48 MiB; to Kubernetes it would be 48 thousandths of a byte. */
function quantity(size: string): string {
  return size.replace(/(\d)([kmgt])$/, (_, digit: string, unit: string) => `${digit}${unit.toUpperCase()}i`);
}

/** Docker's options as fields of a pod. */
const FIELDS: readonly (readonly [RegExp, (value: string) => string])[] = [
  [/^docker (?:run|update) --memory (\S+)/, (value) => `resources: { limits: { memory: ${quantity(value)} } }`],
  [/^docker stop --time (\d+)/, (value) => `terminationGracePeriodSeconds: ${value}`],
  [/^docker run --init/, () => 'shareProcessNamespace: true'],
  [
    /^docker run --shm-size (\S+)/,
    (value) => `emptyDir: { medium: Memory, sizeLimit: ${quantity(value)} }, mounted at /dev/shm`,
  ],
  [/^docker run --pids-limit (\S+)/, (value) => `podPidsLimit: ${value} in the kubelet’s configuration`],
  [
    /^docker run --security-opt seccomp=(\S+)/,
    (value) => `securityContext: { seccompProfile: { type: Localhost, localhostProfile: ${value} } }`,
  ],
  [/^docker image inspect/, () => 'crictl inspecti IMAGE'],
];

/** What no field stands for is left to the text. */
function fieldFor(command: string): string | undefined {
  if (command === DAEMON_LOG) return 'journalctl -u kubelet -u containerd -u crio';
  for (const [pattern, make] of FIELDS) {
    const found = pattern.exec(command);
    if (found !== null) return make(found[1] ?? '');
  }
  return /^docker |^\{"live-restore"/.test(command) ? undefined : command;
}

const KILLERS = '(docker kill, docker rm -f, docker compose kill, or a tool that does it)';

function phraseFor(text: string, tool: Exclude<Tool, 'docker'>): string {
  const killers =
    tool === 'kubernetes'
      ? '(kubelet with a grace period of zero, crictl, ctr)'
      : `(${tool} kill, ${tool} rm -f, or a tool that does it)`;
  return text.replace(KILLERS, killers);
}
