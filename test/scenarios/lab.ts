import { TestAgent } from '../support/agent.ts';
import { type Dockerd, startDockerd } from '../support/dockerd.ts';
import { Images } from '../support/images.ts';

/** A private Docker with an agent that watches it. */
export interface Lab {
  readonly dockerd: Dockerd;
  readonly agent: TestAgent;
  readonly images: Images;
  readonly close: () => Promise<void>;
}

export async function openLab(): Promise<Lab> {
  const dockerd = await startDockerd();
  const agent = new TestAgent({ docker: dockerd.socketPath });
  try {
    await agent.start();
  } catch (error) {
    await dockerd.stop();
    throw error;
  }
  return {
    dockerd,
    agent,
    images: new Images(dockerd),
    close: async () => {
      try {
        await agent.remove();
      } finally {
        await dockerd.stop();
      }
    },
  };
}
