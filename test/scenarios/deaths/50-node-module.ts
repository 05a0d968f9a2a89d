import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 50,
  title: 'Node.js cannot find a module',
  image: 'node',
  command: ['sh', '-c', 'echo "require(\\"express\\");" > /srv/server.js; exec node /srv/server.js'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'node', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 1, signal: null },
    says: /exited by itself with code 1.*Cannot find module 'express'/,
    advises: /node_modules/,
    clue: /Node\.js.*not in the image.*\/srv\/server\.js:1$/,
    never: /killed|out of memory/i,
  },
};
