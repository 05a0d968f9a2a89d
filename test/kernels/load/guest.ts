/**
 * In a machine of nothing else: loads and attaches the programs, lets processes die in cgroups with containers' names,
 * and says what was recorded.
 */
import { release } from 'node:os';
import { Listener, binding } from '../../native/support.ts';
import type { LoadReport } from '../result.ts';
import { playDeaths, takeOver } from './deaths.ts';

const listener = new Listener({ pinDir: '/sys/fs/bpf/inquest' });
const programs = listener.session.programs().map(({ name, attached, error }) => ({
  name,
  attached,
  ...(error !== undefined && { reason: `${error.reason}: ${error.message}` }),
}));
const deaths = [...(await playDeaths(listener)), await takeOver(listener)];
const report: LoadReport = { release: release(), probe: binding.probe(), programs, deaths };
process.stdout.write(`${JSON.stringify(report)}\n`);
