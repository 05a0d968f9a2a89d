import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Log } from '../../../agent/daemon/log.ts';
import { ServiceManager } from '../../../agent/daemon/service-manager.ts';

const never = (text: string): never => assert.fail(text);
const silent = new Log('error', never, false);

test('tells systemd that the agent is ready, alive and stopping, each at its time', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const told: string[] = [];
  const env = { NOTIFY_SOCKET: '/run/systemd/notify', WATCHDOG_USEC: '120000000', WATCHDOG_PID: '7' };
  const manager = new ServiceManager(
    env,
    7,
    (socket, state) => {
      told.push(`${socket} ${state}`);
    },
    silent,
  );
  assert.equal(told.length, 0);
  manager.ready();
  assert.equal(told.join(), '/run/systemd/notify READY=1');
  t.mock.timers.tick(120_000);
  assert.equal(told.filter((one) => one.endsWith('WATCHDOG=1')).length, 3);
  manager.stopping();
  manager.close();
  t.mock.timers.tick(120_000);
  assert.equal(told.at(-1), '/run/systemd/notify STOPPING=1');
});

test('says nothing where nobody listens, and pings only when it is this process that is watched', (t) => {
  t.mock.timers.enable({ apis: ['setInterval'] });
  const told: string[] = [];
  const notify = (_: string, state: string): void => {
    told.push(state);
  };
  new ServiceManager({}, 7, never, silent).ready();
  new ServiceManager({ NOTIFY_SOCKET: '@s', WATCHDOG_USEC: '1000', WATCHDOG_PID: '8' }, 7, notify, silent).ready();
  new ServiceManager({ NOTIFY_SOCKET: '@s', WATCHDOG_USEC: 'soon' }, 7, notify, silent).ready();
  t.mock.timers.tick(1_000);
  assert.deepEqual(told, ['READY=1', 'READY=1']);
});

test('a manager that cannot be told is a line in the log, not the end of the agent', () => {
  const lines: string[] = [];
  const refuse = (): never => {
    throw new Error('cannot notify');
  };
  new ServiceManager({ NOTIFY_SOCKET: '/gone' }, 7, refuse, new Log('warn', (line) => lines.push(line), false)).ready();
  assert.deepEqual(lines, ['warn: systemd was not told READY=1: cannot notify\n']);
});
