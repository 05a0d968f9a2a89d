import { formatBytes } from '../../agent/domain/bytes.ts';
import { displayText } from '../../agent/domain/display.ts';
import { t } from '../l10n/t.ts';
import type { InstallPlan, Warning } from './plan.ts';

export interface Question {
  readonly title: string;
  /** Plain text of several lines in which nothing foreign is unescaped. */
  readonly detail: string;
}

const SUM_SHOWN = 16;

/** What a person is asked before anything is copied: all that will happen to the host. */
export function installQuestion({ facts, bundle, change, warnings, mayJoin }: InstallPlan, host: string): Question {
  const installed = displayText(facts.installed ?? '', 40);
  const { version } = bundle;
  const title =
    change === 'install'
      ? t('Install the Inquest agent {0} on {1}?', version, host)
      : change === 'upgrade'
        ? t('Replace the Inquest agent {0} on {1} by {2}?', installed, host, version)
        : t('Install the Inquest agent {0} on {1} once more?', version, host);
  const who = displayText(`${facts.user}, ${facts.machine}, Linux ${facts.kernel}, ${facts.libc}`, 160);
  const detail = [
    ...warnings.map(warningText),
    `${t('On the host:')} ${who}`,
    `${t('Bundle:')} ${displayText(bundle.file, 200)}`,
    t('{0} bytes, SHA-256 {1}…, right by the checksum beside it', bundle.bytes, bundle.sha256.slice(0, SUM_SHOWN)),
    '',
    t(
      'It is copied over SSH to a private folder ({0} unpacked), checked there, and removed at the end.',
      formatBytes(bundle.unpackedBytes),
    ),
    facts.isRoot
      ? t('Then a terminal runs “inquest install” as root, which')
      : t('Then a terminal runs “sudo inquest install”, where sudo may ask you for your password; it'),
    ...[
      t('checks its files, and takes everything back when a step fails,'),
      t('puts programs into /opt/inquest/{0} and a link at /usr/local/bin/inquest,', version),
      t('writes /etc/systemd/system/inquest.service and starts it, now and at every boot,'),
      t('makes the group inquest, whose members may ask the agent and see arguments and log lines,'),
      t('keeps deaths in /var/lib/inquest, and those recorded before.'),
    ].map((line) => `  • ${line}`),
    ...(mayJoin === undefined
      ? []
      : ['', t('{0} is not in that group yet and can be added in the same terminal.', mayJoin)]),
  ].join('\n');
  return { title, detail };
}

function warningText(warning: Warning): string {
  switch (warning.kind) {
    case 'old-kernel':
      return t(
        '⚠ Its kernel {0} is older than 5.10: the agent will probably not work.',
        displayText(warning.kernel, 60),
      );
    case 'no-btf':
      return t('⚠ Its kernel has no BTF (/sys/kernel/btf/vmlinux): the agent will probably not work.');
    case 'downgrade':
      return t(
        '⚠ {0} is older than {1}, which is there: a store of the newer one may not open.',
        warning.to,
        displayText(warning.from, 40),
      );
  }
}

export function uninstallQuestion(installed: string, host: string): Question {
  return {
    title: t('Remove the Inquest agent {0} from {1}?', displayText(installed, 40), host),
    detail: [
      t(
        'A terminal runs “inquest uninstall” as root, where sudo may ask you for your password. It stops the service, detaches the kernel programs, and removes the programs, the service and the group.',
      ),
      '',
      t('The recorded deaths in /var/lib/inquest and the settings in /etc/inquest stay, unless you remove them too.'),
    ].join('\n'),
  };
}
