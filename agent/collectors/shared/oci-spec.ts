import * as z from 'zod';
import type { ContainerLimits } from '../../domain/container.ts';
import { given, positive } from './identity-text.ts';

const DEFAULT_CPU_PERIOD_US = 100_000;
/** With mounts and a seccomp profile a spec has about 20 KiB. */
const SPEC_MAX = 1_048_576;

/** The part of an OCI runtime spec that says something about a death. Everything may be missing. */
export const SpecSchema = z.object({
  annotations: z.record(z.string(), z.string()).nullish(),
  process: z.object({ args: z.array(z.string()).nullish(), env: z.array(z.string()).nullish() }).nullish(),
  linux: z
    .object({
      cgroupsPath: z.string().nullish(),
      namespaces: z.array(z.object({ type: z.string() })).nullish(),
      resources: z
        .object({
          memory: z.object({ limit: z.number().nullish(), swap: z.number().nullish() }).nullish(),
          cpu: z.object({ quota: z.number().nullish(), period: z.number().nullish() }).nullish(),
          pids: z.object({ limit: z.number().nullish() }).nullish(),
        })
        .nullish(),
    })
    .nullish(),
});

export type Spec = z.infer<typeof SpecSchema>;

/** JSON by a schema; `undefined` where it is too long or is not of that shape. */
export function parseBounded<T>(text: string | undefined, schema: z.ZodType<T>): T | undefined {
  if (text === undefined || text.length > SPEC_MAX) return undefined;
  try {
    const parsed = schema.safeParse(JSON.parse(text));
    return parsed.success ? parsed.data : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

export function limitsOfSpec(spec: Spec | null | undefined): ContainerLimits {
  const resources = spec?.linux?.resources;
  const quota = positive(resources?.cpu?.quota ?? undefined);
  const period = positive(resources?.cpu?.period ?? undefined) ?? DEFAULT_CPU_PERIOD_US;
  return {
    ...given('memoryBytes', positive(resources?.memory?.limit ?? undefined)),
    ...given('memorySwapBytes', positive(resources?.memory?.swap ?? undefined)),
    ...given('cpus', quota === undefined ? undefined : quota / period),
    ...given('pids', positive(resources?.pids?.limit ?? undefined)),
  };
}

/** Whether it sees the host's processes; `undefined` where the spec does not say. */
export function sharesHostPid(spec: Spec | null | undefined): boolean | undefined {
  const namespaces = spec?.linux?.namespaces;
  return namespaces === undefined || namespaces === null ? undefined : !namespaces.some(({ type }) => type === 'pid');
}
