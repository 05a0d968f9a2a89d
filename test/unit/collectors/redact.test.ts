import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLineRedactor, REDACT_LIMIT, redactArgv, redactText } from '../../../agent/domain/redact.ts';
import { SECRET_PATTERNS } from '../../../agent/domain/secret-patterns.ts';

const JWT = 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U';
const PEM = '-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA7\nabc/+=\n-----END RSA PRIVATE KEY-----';

/** Text with secrets, each marked by «…»: without the marks it goes in, with the marks replaced it must come out. */
const SECRETS: readonly string[] = [
  'password=«hunter2»',
  'password: «hunter2»',
  'PASSWORD = «hunter2»',
  'DB_PASSWORD=«pa55;»'.replace('pa55;', 'pa55'),
  'spring.datasource.password=«geheim»',
  'MYSQL_PWD=«x y»'.replace('x y', 'xy'),
  'PGPASS_PASS=«abc»',
  '{"user":"bob","password":"«pa\\"ss w0rd»","x":1}',
  '{\\"password\\":\\"«hunter2»\\",\\"x\\":1}',
  "{'api_key': '«abcdef»'}",
  '[:password=>"«s3»"]',
  'clientSecret: "«abcdef»"',
  'aws_secret_access_key = «wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY»',
  'connecting with --password «hunter2» to db',
  'run --db-password=«hunter2» --port 80',
  'run --api-token «abc123» -v',
  'postgres://app:«p@ss»@db:5432/x',
  'https://«ghp_0123456789abcdefghijABCDEFGHIJ012345»@github.com/a/b',
  'redis://:«secret»@cache:6379/0',
  'amqp://u:«p»@a, amqp://u:«q»@b',
  'GET /x?token=«abc12345»&y=1',
  'Authorization: Bearer «abc.def-ghi»',
  'authorization: Basic «dXNlcjpwYXNz»',
  '"Authorization":"Bearer «abcdef»"',
  "-H 'Authorization: token «abcdef»'",
  'sending Bearer «a1b2c3d4e5» upstream',
  'Cookie: «sid=abc; csrf=def»',
  'id «AKIAIOSFODNN7EXAMPLE» used',
  '«gho_0123456789abcdefghij»',
  '«github_pat_11AAAAAAA0123456789_abcdefghij»',
  '«glpat-0123456789abcdefghij»',
  '«xoxb-123456789012-abcdefghij»',
  '«sk-proj-0123456789abcdefghij»',
  '«sk_live_0123456789abcdefghij»',
  '«npm_0123456789abcdefghijABCDEFGHIJ012345»',
  `jwt «${JWT}» expired`,
  'jwt «eyJhbGciOiJIUzI1NiJ9IsIn» cut',
  'https://hooks.slack.com/services/«T000/B000/XXXXXXXXXXXXXXXX»',
  'AccountName=x;AccountKey=«Zm9vYmFyZm9v==»;Endpoint=y',
  'got «q7Tz9LmX2vKp4RwY8sNb3HcJ6dFg1QaZ5uEo»',
  `key «${PEM}» end`,
];

for (const marked of SECRETS) {
  test(`redacts ${marked.slice(0, 60)}`, () => {
    const { text, count } = redactText(marked.replaceAll(/[«»]/g, ''));
    assert.equal(text, marked.replaceAll(/«[^»]*»/g, '[redacted]'));
    assert.equal(count, marked.split('«').length - 1);
  });
}

const ORDINARY: readonly string[] = [
  'container 8e16791b07452135330ebe6f9aec9576eb1eee8441d9aa056c5da0e550179ef0 died',
  'image sha256:dd488d6ee439a4c2ef50bc63332a85363519f0ceac9b8c185c5ddda674e93163',
  'request 123e4567-e89b-12d3-a456-426614174000-123e4567-e89b-12d3-a456-426614174000',
  'commit 5d6db842238e3c4f5f9fb9ad70ea46b35227d084',
  'BuildID[sha1]=0daa1a3855d8d19053684e2a8bd73d647939376e',
  'Go BuildID=hWaWcadMn2J9_wpkJ5HY/vTcxNcS3N94mfbMZZVq_/pPhb4AyEWgLsEsY1L_zW/gaC4njXj4dLpdBEVbz4t',
  '  at Object.<anonymous> (/app/node_modules/.pnpm/@nestjs+core@10.3.0_hVzNw5KxY2a4bQ/node_modules/index.js:12:34)',
  '  at com.example.security.PasswordResetController.reset(PasswordResetController.java:88)',
  '  at org.springframework.beans.factory.support.AbstractAutowireCapableBeanFactory.doCreateBean(AbstractAutowireCapableBeanFactory.java:582)',
  'goroutine 1 [running]: main.token(0xc000012345, 0x12) /src/token.go:45 +0x1d',
  'File "/usr/lib/python3/site-packages/password_hashing_utilities_v2.py", line 3, in hash',
  '/assets/index-q7Tz9LmX2vKp4RwY8sNb3HcJ6dFg1QaZ5uEo.js',
  '/nix/store/9s5bqk3l1c0r6ibzq7m0qj7hz0jcn5kx-glibc-2.35/lib/libc.so.6',
  '/var/lib/kubelet/pods/123e4567-e89b-12d3-a456-426614174000/volumes/kubernetes.io~projected',
  'segfault at 0 ip 00007f3b2c1d4e5f sp 00007ffd1a2b3c4d error 4 in libc.so.6[7f3b2c000000+195000]',
  'integrity sha512-q7Tz9LmX2vKp4RwY8sNb3HcJ6dFg1QaZ5uEoq7Tz9LmX2vKp4RwY8sNb3HcJ6dFg1QaZ5uEo==',
  'host key SHA256:q7Tz9LmX2vKp4RwY8sNb3HcJ6dFg1QaZ5uEoAb1',
  'SyntaxError: Unexpected token: punctuation',
  'tokenizer: standard',
  'tokens: 512, max_tokens=4096',
  'tests passed: 12, pass: 12, PASSED=3',
  'password: incorrect',
  'password=',
  'exec: "/etc/passwd": permission denied',
  'password is required',
  'Enter password: ******',
  'DB_PASSWORD=${DB_PASSWORD}',
  'POSTGRES_PASSWORD_FILE=/run/secrets/db',
  'token_endpoint=https://id.example.com/oauth/token',
  'PWD=/srv/app OLDPWD=/',
  'Basic authentication failed, Bearer realm missing',
  'authorization: denied',
  'http://example.com:8080/path?mail=a',
  'ssh://git@github.com/a/b.git',
  'sk-learn-contrib-imbalanced',
  'deployment/web-7d9f8b6c5-x2x4z-very-long-name-of-a-pod-in-a-namespace',
  'ThisIsAVeryLongJavaClassNameThatGoesOnForAWhileFactoryBean2Impl',
  'LD_LIBRARY_PATH=/opt/App2/lib:/usr/local/CUDA12/lib64/Stubs/AndMoreLongPath',
  'COMPASS=north bypass=1 secretary: Bob signatures 3',
];

for (const text of ORDINARY) {
  test(`leaves ${text.slice(0, 60)}`, () => {
    assert.deepEqual(redactText(text), { text, count: 0 });
  });
}

const COMMANDS: readonly (readonly [readonly string[], readonly string[]])[] = [
  [
    ['app', '--password', 'hunter2'],
    ['app', '--password', '[redacted]'],
  ],
  [
    ['app', '--password=hunter2'],
    ['app', '--password=[redacted]'],
  ],
  [
    ['app', '-token', 'abc'],
    ['app', '-token', '[redacted]'],
  ],
  [
    ['app', '--password', '--verbose'],
    ['app', '--password', '--verbose'],
  ],
  [
    ['app', '--password-file', '/run/secrets/x'],
    ['app', '--password-file', '/run/secrets/x'],
  ],
  [
    ['app', '--port', '8080'],
    ['app', '--port', '8080'],
  ],
  [
    ['/usr/bin/mysql', '-uroot', '-phunter2', 'db'],
    ['/usr/bin/mysql', '-uroot', '-p[redacted]', 'db'],
  ],
  [
    ['mkdir', '-p', '/a/b'],
    ['mkdir', '-p', '/a/b'],
  ],
  [
    ['sshpass', '-p', 'x', 'ssh', 'h'],
    ['sshpass', '-p', '[redacted]', 'ssh', 'h'],
  ],
  [
    ['sshpass', '-px', 'ssh', 'h'],
    ['sshpass', '-p[redacted]', 'ssh', 'h'],
  ],
  [
    ['redis-cli', '-a', 'x', 'PING'],
    ['redis-cli', '-a', '[redacted]', 'PING'],
  ],
  [
    ['curl', '-u', 'me:pw', 'https://x/'],
    ['curl', '-u', 'me:[redacted]', 'https://x/'],
  ],
  [
    ['curl', '-u', 'me'],
    ['curl', '-u', 'me'],
  ],
  [
    ['docker', 'run', '-p', '80:80', 'x'],
    ['docker', 'run', '-p', '80:80', 'x'],
  ],
  [
    ['docker', 'login', '-u', 'me', '-p', 'pw'],
    ['docker', 'login', '-u', 'me', '-p', '[redacted]'],
  ],
  [
    ['env', 'API_KEY=abc', 'app'],
    ['env', 'API_KEY=[redacted]', 'app'],
  ],
  [
    ['sh', '-c', 'cd /x && mysql -phunter2 db | redis-cli -a pw'],
    ['sh', '-c', 'cd /x && mysql -p[redacted] db | redis-cli -a [redacted]'],
  ],
  [
    ['sh', '-c', 'exec app --token abc123'],
    ['sh', '-c', 'exec app --token [redacted]'],
  ],
  [[], []],
];

for (const [argv, expected] of COMMANDS) {
  test(`argv ${argv.join(' ')}`, () => {
    const redacted = redactArgv(argv);
    assert.deepEqual(redacted.argv, expected);
    assert.equal(redacted.count, expected.join(' ').split('[redacted]').length - 1);
  });
}

test('a private key over many lines goes line by line, the log after it stays', () => {
  const redact = createLineRedactor();
  const lines = ['start', ...PEM.split('\n'), 'listening on 80'];
  assert.deepEqual(
    lines.map((line) => redact(line).text),
    ['start', '[redacted]', '[redacted]', '[redacted]', '[redacted]', 'listening on 80'],
  );
});

test('printing the first line of a key does not hide the log', () => {
  const redact = createLineRedactor();
  redact('-----BEGIN PRIVATE KEY-----');
  assert.equal(redact('fatal: out of disk, giving up').text, 'fatal: out of disk, giving up');
  assert.equal(redact('next').text, 'next');
});

test('an endless key ends', () => {
  const redact = createLineRedactor();
  redact('-----BEGIN PRIVATE KEY-----');
  const hidden = Array.from({ length: 1_000 }, () => redact('word')).filter(({ text }) => text !== 'word');
  assert.ok(hidden.length < 200);
});

test('input above the limit is cut, not passed on unread', () => {
  const { text } = redactText(`${'a '.repeat(REDACT_LIMIT)}password=hunter2`);
  assert.equal(text.length, REDACT_LIMIT + 1);
});

/** Inputs on which an expression with a nested or unanchored repetition would take minutes. */
const SEEDS = [
  'a',
  '-',
  '/',
  '=',
  '"',
  '\\',
  ' ',
  '\\"',
  '://',
  '://a:',
  'password',
  'password=',
  'exec: "/etc/passwd": permission denied',
  'password="\\',
  "token='",
  '--token ',
  'eyJ',
  'eyJ-',
  'eyJaaaaaaaaaaaaaaaa.',
  'sk-',
  'xoxb-',
  'AKIA',
  'authorization:',
  'authorization: basic ',
  'cookie:',
  'bearer ',
  '-----BEGIN ',
  '-----BEGIN PRIVATE KEY-----',
  '-----BEGIN PRIVATE KEY----------END ',
  'aB3',
  'aB3/',
  'pass',
  '_auth',
  'api_key-',
  'secret.',
  '\n',
];

for (const seed of SEEDS) {
  test(`64 KiB of ${JSON.stringify(seed)} is done`, { timeout: 20_000 }, () => {
    const input = seed.repeat(Math.ceil(REDACT_LIMIT / seed.length)).slice(0, REDACT_LIMIT);
    assert.equal(typeof redactText(input).text, 'string');
    assert.equal(typeof redactText(`password="${input.slice(12)}!`).text, 'string');
    redactArgv(['sh', '-c', input]);
  });
}

/** An expression without escapes and with every character class as one letter. */
function skeleton(expression: RegExp): string {
  return expression.source.replaceAll(/\\./g, '.').replaceAll(/\[[^\]]*\]/g, 'x');
}

test('no expression repeats a group that ends in a repetition', () => {
  for (const { expression } of SECRET_PATTERNS) assert.doesNotMatch(skeleton(expression), /[*+}]\)[*+{]/);
});

test('unbounded repetition stands only at the end of an alternative', () => {
  for (const { expression } of SECRET_PATTERNS) {
    // What may follow: the end, the end of a group, another alternative, optional parts.
    assert.doesNotMatch(skeleton(expression), /(?:[*+]|\{\d+,\})(?!\)|\||$|\(\?:[^)]*\)\?)/, expression.source);
  }
});

test('random values of every length from 40 are found', () => {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
  let state = 42;
  const next = (): number => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor(state / 65_536);
  };
  const values = Array.from({ length: 400 }, (_, index) =>
    Array.from({ length: 40 + (index % 60) }, () => alphabet[next() % alphabet.length]).join(''),
  );
  const found = values.filter((value) => redactText(`x ${value} y`).text === 'x [redacted] y');
  assert.ok(found.length >= 0.95 * values.length, `${String(found.length)} of ${String(values.length)}`);
});
