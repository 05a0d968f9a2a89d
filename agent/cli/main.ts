import { errorCode } from '../domain/errors.ts';
import { Exit } from './exit.ts';
import { processIo } from './io.ts';
import { run } from './run.ts';

// `inquest deaths | head -1`: whoever reads has seen enough, which is no failure.
process.stdout.on('error', (error) => {
  if (errorCode(error) !== 'EPIPE') throw error;
  process.exit(Exit.Ok);
});

process.exitCode = await run(process.argv.slice(2), processIo());
