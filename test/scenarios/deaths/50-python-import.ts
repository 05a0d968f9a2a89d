import type { Scenario } from '../scenario.ts';

export const scenario: Scenario = {
  number: 50,
  title: 'Python cannot import a module',
  image: 'python',
  command: ['sh', '-c', 'echo "import flask" > /srv/wsgi.py; exec python3 /srv/wsgi.py'],
  expect: {
    cause: 'exit.error',
    certainty: 'certain',
    victim: { program: 'python3', isMain: true },
    actor: { kind: 'self' },
    exit: { code: 1, signal: null },
    says: /exited by itself with code 1.*No module named 'flask'/,
    advises: /requirements\.txt/,
    clue: /Python.*not in the image.*\/srv\/wsgi\.py:1$/,
    never: /killed|out of memory/i,
  },
};
