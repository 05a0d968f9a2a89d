import { DEFAULT_SETTINGS } from '../../domain/settings.ts';
import { defineCommand } from '../command.ts';
import type { Check } from '../doctor/check.ts';
import { gatherFacts } from '../doctor/gather.ts';
import { judge } from '../doctor/judge.ts';
import { Exit } from '../exit.ts';
import { writeLines } from '../io.ts';
import { renderDoctor } from '../render/doctor.ts';

/** What `doctor --json` prints. */
export interface DoctorReport {
  /** Whether Inquest can work here: no check failed. */
  readonly ok: boolean;
  readonly checks: readonly Check[];
}

export const doctorCommand = defineCommand({
  name: 'doctor',
  summary: 'Check whether Inquest can work on this machine, and say what to do',
  description: [
    'Works with and without a running agent. Ends with 0 when Inquest can work here and with 1 when something keeps it from working. Run it as root to have every check.',
  ],
  flags: {
    data: { type: 'string', value: '<folder>', help: `Folder of the store. Default: ${DEFAULT_SETTINGS.data}` },
    docker: { type: 'string', value: '<path | auto | off>', help: 'Socket of Docker.' },
    podman: { type: 'string', value: '<path | auto | off>', help: 'Storage of Podman, or socket of its service.' },
    cri: { type: 'string', value: '<path | auto | off>', help: 'Socket of a runtime of Kubernetes.' },
    containerd: { type: 'string', value: '<path | auto | off>', help: 'Socket of containerd.' },
  },
  examples: ['sudo inquest doctor', 'inquest doctor --json | jq -r ".checks[] | select(.state != \\"ok\\") | .next"'],
  run: async ({ io, flags, socket, json, look }) => {
    const facts = await gatherFacts({
      socket,
      data: flags.text('data') ?? given(io.env['INQUEST_DATA']) ?? DEFAULT_SETTINGS.data,
      docker: flags.text('docker') ?? given(io.env['INQUEST_DOCKER']) ?? DEFAULT_SETTINGS.docker,
      podman: flags.text('podman') ?? given(io.env['INQUEST_PODMAN']) ?? DEFAULT_SETTINGS.podman,
      cri: flags.text('cri') ?? given(io.env['INQUEST_CRI']) ?? DEFAULT_SETTINGS.cri,
      containerd: flags.text('containerd') ?? given(io.env['INQUEST_CONTAINERD']) ?? DEFAULT_SETTINGS.containerd,
    });
    const checks = judge(facts);
    const report: DoctorReport = { ok: checks.every(({ state }) => state !== 'fail'), checks };
    writeLines(io.stdout, json ? [JSON.stringify(report)] : renderDoctor(checks, look));
    return report.ok ? Exit.Ok : Exit.Error;
  },
});

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}
