import * as z from 'zod';

/** What one virtual machine brought back: a line of JSON each, in this order. */
export const probeSchema = z.object({
  lockdown: z.string().optional(),
  cgroupMode: z.string(),
  btf: z.boolean(),
  ringbuf: z.boolean(),
  markVictimHasTask: z.boolean(),
  exitHasGroupDead: z.boolean(),
  preemptsPrograms: z.boolean().default(false),
  execEvents: z.boolean().default(false),
  fentry: z.boolean(),
  kprobe: z.boolean(),
  iterTask: z.boolean(),
});

export const programSchema = z.object({ name: z.string(), attached: z.boolean(), reason: z.string().optional() });

const checkSchema = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['ok', 'warn', 'fail']),
  detail: z.string(),
  next: z.string().nullable(),
});

/** Under what a container died. */
export const RUNTIMES = ['docker', 'podman', 'cri', 'crio'] as const;

const scenarioSchema = z.object({
  runtime: z.enum(RUNTIMES).default('docker'),
  name: z.string(),
  number: z.number(),
  title: z.string(),
  outcome: z.enum(['right', 'wrong', 'skipped']),
  /** What was said, or why it was not played. */
  said: z.string(),
  /** Of a wrong one: what was missed, and the evidence. */
  failure: z.string().optional(),
});

export const recordSchema = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('machine'),
    release: z.string(),
    uptimeSeconds: z.number(),
    docker: z.string(),
    glibc: z.string(),
    /** Versions of the other container programs, by their names. */
    others: z.record(z.string(), z.string()),
  }),
  z.object({ kind: z.literal('probe'), probe: probeSchema }),
  z.object({ kind: z.literal('doctor'), ok: z.boolean(), checks: z.array(checkSchema) }),
  z.object({ kind: z.literal('programs'), programs: z.array(programSchema) }),
  z.object({ kind: z.literal('scenario'), scenario: scenarioSchema }),
  /** Golden data of a scenario that only a machine of its own can play: one arrival a line. */
  z.object({ kind: z.literal('recording'), name: z.string().regex(/^[\w-]+$/), text: z.string() }),
  z.object({ kind: z.literal('failed'), message: z.string() }),
  z.object({ kind: z.literal('done') }),
]);

export type GuestRecord = z.infer<typeof recordSchema>;
export type ScenarioResult = z.infer<typeof scenarioSchema>;
export type PlayedRuntime = (typeof RUNTIMES)[number];

/** A kernel's results, as they are kept in the repository. */
export const resultSchema = z.object({
  kernel: z.string(),
  architecture: z.enum(['x64', 'arm64']).default('x64'),
  suite: z.string(),
  release: z.string(),
  /** When it was proved: RFC 3339 in UTC. */
  at: z.iso.datetime(),
  docker: z.string(),
  others: z.record(z.string(), z.string()),
  glibc: z.string(),
  /** It came to its end. */
  whole: z.boolean(),
  doctorOk: z.boolean(),
  probe: probeSchema,
  programs: z.array(programSchema),
  checks: z.array(checkSchema),
  scenarios: z.array(scenarioSchema.omit({ failure: true })),
});

export type KernelResult = z.infer<typeof resultSchema>;

/** A death without a container runtime; with what was wrong about its records. */
const recordedSchema = z.object({ title: z.string(), failure: z.string().optional() });

export type RecordedDeath = z.infer<typeof recordedSchema>;

/** What the kernel took of the programs, and what they recorded. */
export const loadSchema = z.object({
  release: z.string(),
  probe: probeSchema,
  programs: z.array(programSchema),
  deaths: z.array(recordedSchema),
});

export type LoadReport = z.infer<typeof loadSchema>;

/** The same, as it is kept in the repository. */
export const keptLoadSchema = loadSchema.extend({
  kernel: z.string(),
  architecture: z.enum(['x64', 'arm64']).default('x64'),
  suite: z.string(),
  at: z.iso.datetime(),
});

export type KeptLoad = z.infer<typeof keptLoadSchema>;
