/** A reader to be killed: prints kind and container of each record it has taken. */
import { writeSync } from 'node:fs';
import { loadBinding } from '../../agent/native/binding.ts';
import { split } from './support.ts';

const [objectPath = '', pinDir = ''] = process.argv.slice(2);
loadBinding()
  .open({ objectPath, pinDir })
  .start(
    (batch) => {
      for (const record of split(batch)) writeSync(1, `kind ${String(record.kind)} ${String(record.container)}\n`);
    },
    (error) => {
      throw error;
    },
  );
writeSync(1, 'ready\n');
