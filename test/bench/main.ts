/** Measures what Inquest costs and how fast it is, in one run on this machine. Figures, not assertions. */
import { TestAgent } from '../support/agent.ts';
import { dockerdUnavailable, startDockerd } from '../support/dockerd.ts';
import { editorUnavailable } from '../support/editor.ts';
import { benchEditor } from './editor.ts';
import { benchIdle } from './idle.ts';
import { benchKernel } from './kernel.ts';
import { benchLatency } from './latency.ts';
import { heading, row } from './print.ts';

const unavailable = dockerdUnavailable();
if (unavailable !== false) {
  process.stderr.write(`The benchmark ${unavailable}.\n`);
  process.exit(1);
}

const dockerd = await startDockerd();
try {
  const image = await dockerd.importBusybox();
  heading('Cost in the kernel');
  await benchKernel(dockerd, image);
  const agent = new TestAgent({ docker: dockerd.socketPath });
  try {
    await agent.start();
    heading('Latency of a death, against docker events');
    await benchLatency(dockerd, agent, image);
    heading('Cost of the agent');
    await benchIdle(dockerd, agent, image);
  } finally {
    await agent.remove();
  }
} finally {
  await dockerd.stop();
}
heading('In VS Code');
const noEditor = editorUnavailable();
if (noEditor === false) await benchEditor();
else row('left out', noEditor);
