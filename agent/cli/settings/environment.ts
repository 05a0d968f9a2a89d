import { InquestError } from '../../domain/errors.ts';
import type { Environment } from '../io.ts';

/** Ways to make a root process load somebody else's code. */
const UNSAFE = ['NODE_OPTIONS', 'NODE_PATH', 'LD_PRELOAD'] as const;

/** Throws unsafe-environment, naming every variable. Set but empty counts as set: nobody sets it by accident. */
export function refuseUnsafeEnvironment(env: Environment): void {
  const found = UNSAFE.filter((name) => env[name] !== undefined);
  if (found.length === 0) return;
  throw new InquestError(
    'unsafe-environment',
    `The agent does not start while ${found.join(' and ')} is set: it could load foreign code as root.`,
    {
      next: `env ${found.map((name) => `-u ${name}`).join(' ')} inquest agent`,
    },
  );
}
