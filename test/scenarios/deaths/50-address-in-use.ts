import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 50,
  title: 'the port is taken',
  image: 'node',
  command: [
    'node',
    '-e',
    'const { createServer } = require("node:net"); createServer().listen(8080, () => createServer().listen(8080));',
  ],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'node', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 1, signal: null },
    says: /exited by itself with code 1.*Error: listen EADDRINUSE: address already in use :::8080/,
    advises: /who has the port/,
    clue: /listens on that port already/,
    never: /killed|out of memory/i,
  },
};
