import { displayText } from '../../agent/domain/display.ts';
import { formatBytes } from '../../agent/domain/bytes.ts';
import { t } from '../l10n/t.ts';
import type { InstallProblem } from './problem.ts';

export interface ProblemText {
  readonly title: string;
  /** What to do. */
  readonly next: string;
}

/** The text and the next step of each reason, in one safe line each. `host` is what views call it. */
export function describeProblem(problem: InstallProblem, host: string): ProblemText {
  switch (problem.reason) {
    case 'not-linux':
      return {
        title: t('{0} runs {1}, and the agent needs Linux', host, displayText(problem.system, 60)),
        next: t('Install the agent on the Linux machine where the containers run.'),
      };
    case 'architecture':
      return {
        title: t('There is no agent for the processor of {0} ({1})', host, displayText(problem.machine, 60)),
        next: t('There are bundles for x86-64 and arm64 only.'),
      };
    case 'no-systemd':
      return {
        title: t('{0} is not run by systemd, and the agent installs itself as its service', host),
        next: t('Unpack the bundle there and have its own init system keep “inquest agent” running as root.'),
      };
    case 'no-sudo':
      return {
        title: t('{0} is not root on {1}, and there is no sudo', displayText(problem.user, 60), host),
        next: t('Add the host as root@host, or install sudo there.'),
      };
    case 'libc':
      return {
        title: t('The C library of {0} does not fit: {1}', host, displayText(problem.libc, 80)),
        next: t('The agent needs glibc 2.31 or later: Debian 11, Ubuntu 20.04, RHEL 9. It does not run on musl.'),
      };
    case 'no-answer':
      return {
        title: t('{0} did not say what kind of machine it is', host),
        next: t('Check that your account there may run commands. It said: {0}', displayText(problem.detail, 200)),
      };
    case 'no-bundle':
      return {
        title: t('{0} holds no bundle for {1}', displayText(problem.folder, 200), problem.architecture),
        next: t('Make one with “make bundle”, or choose another folder in the setting inquest.install.bundle.'),
      };
    case 'not-a-bundle':
      return {
        title: t('{0} is no bundle of the agent', displayText(problem.file, 200)),
        next: t('Choose inquest-VERSION-linux-ARCHITECTURE.tar.gz as “make bundle” writes it.'),
      };
    case 'no-checksum':
      return {
        title: t('No checksum lies beside {0}', displayText(problem.file, 200)),
        next: t('Copy the file SHA256SUMS that came with the bundle beside it.'),
      };
    case 'checksum':
      return {
        title: t('{0} is not what its checksum says', displayText(problem.file, 200)),
        next: t('It is damaged or was changed. Get the bundle again. Nothing was copied to the host.'),
      };
    case 'wrong-architecture':
      return {
        title: t('{0} is for {1}, and {2} is {3}', displayText(problem.file, 200), problem.bundle, host, problem.host),
        next: t('Choose the bundle for {0}.', problem.host),
      };
    case 'no-space':
      return {
        title: t('There is not enough room on {0}', host),
        next: t(
          'Free {0} on the disk of /opt and of the folder for temporary files.',
          formatBytes(problem.neededBytes),
        ),
      };
    case 'no-folder':
      return {
        title: t('{0} has no folder for temporary files from which programs may run', host),
        next: t('/tmp, /var/tmp and your home are closed to it or mounted with noexec. Copy the bundle there by hand.'),
      };
    case 'upload':
      return {
        title: t('The bundle could not be copied to {0}', host),
        next: t('Try again. The host said: {0}', displayText(problem.detail, 200)),
      };
    case 'damaged':
      return {
        title: t('What arrived on {0} is not what was sent', host),
        next: t('Nothing was installed, and what was copied is removed again. Try again.'),
      };
    case 'unpack':
      return {
        title: t('The bundle could not be unpacked on {0}', host),
        next: t('Check that tar and gzip are there. The host said: {0}', displayText(problem.detail, 200)),
      };
    case 'does-not-run':
      return {
        title: t('The agent’s Node.js does not run on {0}', host),
        next: t(
          'It needs glibc 2.31 and libstdc++ of GCC 10 or later. The host said: {0}',
          displayText(problem.detail, 200),
        ),
      };
    case 'cancelled':
      return {
        title: t('You cancelled it'),
        next: t('Nothing was installed on {0}, and what was copied is removed again.', host),
      };
    case 'failed':
      return problem.status === undefined
        ? {
            title: t('The terminal was closed before it was done on {0}', host),
            next: t('Do it again: what is done already is left as it is.'),
          }
        : {
            title: t('It failed on {0}, and what was changed was taken back', host),
            next: t('The terminal says why. After a wrong password, try again.'),
          };
    case 'not-installed':
      return {
        title: t('The agent is not installed on {0}', host),
        next: t('One that somebody started by hand ends with Ctrl-C there.'),
      };
  }
}
