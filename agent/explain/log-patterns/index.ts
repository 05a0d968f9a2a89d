import { DEPENDENCIES } from './dependencies.ts';
import { GO } from './go.ts';
import { JVM } from './jvm.ts';
import { NATIVE } from './native.ts';
import { NODE } from './node.ts';
import type { LogPattern } from './pattern.ts';
import { PYTHON } from './python.ts';
import { PERMISSION, RESOURCES } from './resources.ts';
import { RUST } from './rust.ts';
import { SCRIPTS } from './scripts.ts';
import { SERVERS } from './servers.ts';
import { SHELL } from './shell.ts';

const isPrecise = ({ id }: LogPattern): boolean => !GENERIC.has(id);

/** An exception of whatever kind: what it is about says more, where another row knows that. */
const GENERIC: ReadonlySet<string> = new Set([
  'node.error',
  'node.rejection',
  'jvm.exception',
  'go.panic',
  'python.exception',
  'rust.panic',
  'rust.panic-before-1.73',
  'dotnet.exception',
  'ruby.exception',
  'php.fatal',
  'perl.died',
  'cpp.exception',
  'postgres.fatal',
  'nginx.emerg',
  'mysql.error',
]);

const RUNTIMES: readonly LogPattern[] = [...NODE, ...JVM, ...GO, ...PYTHON, ...RUST, ...SCRIPTS, ...NATIVE, ...SERVERS];

/** Read from top to bottom; the first that matches a line explains it. */
export const LOG_PATTERNS: readonly LogPattern[] = [
  ...RUNTIMES.filter(isPrecise),
  ...SHELL,
  ...RESOURCES,
  ...DEPENDENCIES,
  ...PERMISSION,
  ...RUNTIMES.filter((row) => !isPrecise(row)),
];
