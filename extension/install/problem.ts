/** Why an agent could not be installed or removed. What a person sees of it follows from this (describe-problem.ts). */
export type InstallProblem =
  | { readonly reason: 'not-linux'; readonly system: string }
  /** There is no bundle for it. */
  | { readonly reason: 'architecture'; readonly machine: string }
  | { readonly reason: 'no-systemd' }
  | { readonly reason: 'no-sudo'; readonly user: string }
  | { readonly reason: 'libc'; readonly libc: string }
  /** The host said nothing that the probe would say. */
  | { readonly reason: 'no-answer'; readonly detail: string }
  | { readonly reason: 'no-bundle'; readonly folder: string; readonly architecture: Architecture }
  | { readonly reason: 'not-a-bundle'; readonly file: string }
  | { readonly reason: 'no-checksum'; readonly file: string }
  | { readonly reason: 'checksum'; readonly file: string }
  | {
      readonly reason: 'wrong-architecture';
      readonly file: string;
      readonly bundle: Architecture;
      readonly host: Architecture;
    }
  | { readonly reason: 'no-space'; readonly neededBytes: number }
  /** No folder for what is passing through, from which programs may run. */
  | { readonly reason: 'no-folder' }
  | { readonly reason: 'upload'; readonly detail: string }
  /** What arrived is not what was sent. */
  | { readonly reason: 'damaged' }
  | { readonly reason: 'unpack'; readonly detail: string }
  | { readonly reason: 'does-not-run'; readonly detail: string }
  | { readonly reason: 'cancelled' }
  /** `inquest install` or `uninstall` said in the terminal what was wrong. `undefined`: the terminal was closed. */
  | { readonly reason: 'failed'; readonly status: number | undefined }
  | { readonly reason: 'not-installed' };

/** As bundles are named. */
export type Architecture = 'x64' | 'arm64';

export class InstallError extends Error {
  readonly problem: InstallProblem;

  constructor(problem: InstallProblem, cause?: unknown) {
    super(`${problem.reason}${'detail' in problem ? ` (${problem.detail})` : ''}`, { cause });
    this.name = 'InstallError';
    this.problem = problem;
  }
}
