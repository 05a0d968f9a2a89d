import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 50,
  title: 'a service that is needed at the start refuses the connection',
  image: 'python',
  command: [
    'sh',
    '-c',
    'echo "import socket\n\n\ndef connect():\n    socket.create_connection((\\"127.0.0.1\\", 1))\n\n\nconnect()" > /srv/worker.py; exec python3 /srv/worker.py',
  ],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'python3', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 1, signal: null },
    says: /exited by itself with code 1.*ConnectionRefusedError/,
    advises: /localhost is the container itself/,
    clue: /Python.*did not accept the connection.*\/srv\/worker\.py:5$/,
    never: /killed|out of memory/i,
  },
};
