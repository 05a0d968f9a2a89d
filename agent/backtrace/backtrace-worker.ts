import { parentPort } from 'node:worker_threads';
import { InquestError } from '../domain/errors.ts';
import { resolveFault } from './resolve.ts';
import { FileSource } from './source.ts';
import type { Done, Work } from './worker-protocol.ts';
import { READY } from './worker-protocol.ts';

/** Entry of the thread that reads the binaries of containers: whatever they hold, it can be ended. */
const port = parentPort;
if (port === null) throw new InquestError('bad-usage', 'This is started by the agent, on a thread.');
port.on('message', ({ captured, files }: Work) => {
  const fault = resolveFault(captured, (mapping) => {
    const fd = files.get(captured.code.indexOf(mapping));
    return fd === undefined ? undefined : new FileSource(fd);
  });
  port.postMessage({ fault } satisfies Done);
});
port.postMessage(READY);
