import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 50,
  title: 'Node.js uncaught error',
  image: 'node',
  command: [
    'sh',
    '-c',
    'echo "function start(port) {\n  throw new TypeError(\\"port is \\" + port);\n}\nstart();" > /srv/server.js; exec node /srv/server.js',
  ],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'node', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 1, signal: null },
    says: /node \(PID 1\) exited by itself with code 1.*TypeError: port is undefined/,
    advises: /stack trace/,
    clue: /Node\.js.*\/srv\/server\.js:2$/,
    never: /killed|out of memory/i,
  },
};
