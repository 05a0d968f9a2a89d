import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { CriDriver } from './cri-driver.ts';
import { runCommand } from './run-command.ts';

/**
 * Has a container stopped by a process whose executable is called `kubelet`: who asks a runtime is told by that, and a
 * test that asks by itself is not taken for Kubernetes.
 */
export async function stopAsKubelet(folder: string, socketPath: string, id: string, seconds: number): Promise<void> {
  const kubelet = join(folder, 'kubelet');
  copyFileSync(process.execPath, kubelet);
  const argv = ['--disable-warning=ExperimentalWarning', import.meta.filename, socketPath, id, String(seconds)];
  const { code, stderr } = await runCommand(kubelet, argv);
  if (code !== 0) throw new Error(`the container was not stopped: ${stderr}`);
}

const [socketPath, id, seconds] = process.argv.slice(2);
if (process.argv[1] === import.meta.filename && socketPath !== undefined && id !== undefined) {
  const driver = await CriDriver.connect(socketPath, '/nowhere', '/nowhere');
  await driver.stopContainer(id, Number(seconds));
  await driver.close();
}
