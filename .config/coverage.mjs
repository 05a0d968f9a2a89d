// Runs tests with coverage of agent/; arguments select files, as those of test/run.ts do. The agent and the command line
// are started from source (INQUEST_ENTRY), so that processes of integration tests count too. Scenarios and the editor
// take longest and add nothing that the others do not reach.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';

/** Modules that are nothing once types are gone never run, and would count as uncovered. */
function isTypesOnly(file) {
  const code = stripTypeScriptTypes(readFileSync(file, 'utf8'));
  return (
    code
      .replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
      .replace(/import\s+['"][^'"]+['"];?|export\s*\{\s*\};?/g, '')
      .trim() === ''
  );
}

const typesOnly = globSync('agent/**/*.ts').filter(isTypesOnly);
const { status } = spawnSync(
  'c8',
  [
    '--config',
    '.config/c8.json',
    ...typesOnly.flatMap((file) => ['--exclude', file]),
    process.execPath,
    'test/run.ts',
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit', env: { ...process.env, INQUEST_ENTRY: 'source' } },
);
process.exitCode = status ?? 1;
