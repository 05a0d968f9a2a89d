import { BUILD } from './build.ts';
import { CONTAINERS } from './containers.ts';
import { LSB, SYSEXITS, SYSTEMD } from './conventions.ts';
import { LANGUAGES } from './languages.ts';
import { NETWORK } from './network.ts';
import { SERVERS } from './servers.ts';
import { SHELLS } from './shells.ts';
import type { ExitCodeTable } from './table.ts';
import { TOOLS } from './tools.ts';

/** In the order in which meanings are listed: what is closest to a container first. */
export const EXIT_CODE_TABLES: readonly ExitCodeTable[] = [
  ...CONTAINERS,
  ...SHELLS,
  ...LANGUAGES,
  SYSEXITS,
  SYSTEMD,
  ...SERVERS,
  ...NETWORK,
  ...BUILD,
  ...TOOLS,
  LSB,
];
