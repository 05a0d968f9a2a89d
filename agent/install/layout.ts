import { join } from 'node:path';
import { DEFAULT_SETTINGS } from '../domain/settings.ts';

/** Where an installation is. Everything that Inquest puts on a host is named here. */
export interface Layout {
  /** Folder of all versions. */
  readonly programs: string;
  /** Link to the version that runs. */
  readonly current: string;
  readonly command: string;
  readonly unit: string;
  readonly settings: string;
  readonly store: string;
}

export const UNIT_NAME = 'inquest.service';
export const GROUP = DEFAULT_SETTINGS.socketGroup;

/** @param root `/`; another folder for tests */
export function layoutAt(root: string): Layout {
  const programs = join(root, 'opt/inquest');
  return {
    programs,
    current: join(programs, 'current'),
    command: join(root, 'usr/local/bin/inquest'),
    unit: join(root, 'etc/systemd/system', UNIT_NAME),
    settings: join(root, 'etc/inquest'),
    store: join(root, 'var/lib/inquest'),
  };
}
