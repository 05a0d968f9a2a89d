import { SETTINGS_FILE } from '../../domain/settings.ts';
import { defineCommand } from '../command.ts';
import { Exit } from '../exit.ts';
import { refuseUnsafeEnvironment } from '../settings/environment.ts';
import { refuseWritableInstallation } from '../settings/installation.ts';
import { version } from '../version.ts';
import { loadSettings } from '../settings/load.ts';

export const agentCommand = defineCommand({
  name: 'agent',
  summary: 'Run the agent in the foreground (root)',
  description: [
    `Settings come from ${SETTINGS_FILE}, then from the environment, then from flags; the later wins. Kernel programs stay attached when the agent stops, so that the next one misses nothing; --detach-on-stop takes them away.`,
  ],
  json: false,
  flags: {
    data: { type: 'string', value: '<folder>', help: 'Folder of the store.' },
    docker: { type: 'string', value: '<path | auto | off>', help: 'Socket of Docker.' },
    podman: { type: 'string', value: '<path | auto | off>', help: 'Storage of Podman, or socket of its service.' },
    cri: { type: 'string', value: '<path | auto | off>', help: 'Socket of a runtime of Kubernetes.' },
    containerd: { type: 'string', value: '<path | auto | off>', help: 'Socket of containerd.' },
    kubernetes: { type: 'string', value: '<path | auto | off>', help: 'Kubeconfig for the API of Kubernetes.' },
    node: { type: 'string', value: '<name>', help: 'Name of this machine in Kubernetes.' },
    config: { type: 'string', value: '<file>', help: `Settings file. Default: ${SETTINGS_FILE}, where it exists.` },
    'attach-only': {
      type: 'boolean',
      help: 'Attach the kernel programs where an agent with fewer rights could not, for that agent to take over, and end.',
    },
    'detach-on-stop': { type: 'boolean', help: 'Detach the kernel programs when the agent stops.' },
    'log-level': { type: 'string', value: '<level>', help: 'error, warn, info or debug.' },
  },
  examples: ['sudo inquest agent', 'sudo inquest agent --data /srv/inquest --docker off'],
  run: async ({ io, flags, explicitSocket }) => {
    refuseUnsafeEnvironment(io.env);
    refuseWritableInstallation();
    const settings = await loadSettings({
      file: flags.text('config'),
      env: io.env,
      flags: {
        socket: explicitSocket,
        data: flags.text('data'),
        docker: flags.text('docker'),
        podman: flags.text('podman'),
        cri: flags.text('cri'),
        containerd: flags.text('containerd'),
        kubernetes: flags.text('kubernetes'),
        node: flags.text('node'),
        detachOnStop: flags.has('detach-on-stop') ? 'true' : undefined,
        logLevel: flags.text('log-level'),
      },
    });
    if (flags.has('attach-only')) {
      const { attachForLater } = await import('../../daemon/attach.ts');
      io.stdout.write(`${attachForLater(settings)}\n`);
      return Exit.Ok;
    }
    // Only this command pays for loading the agent.
    const { runAgent } = await import('../../daemon/agent.ts');
    await runAgent(settings, await version());
    return Exit.Ok;
  },
});
