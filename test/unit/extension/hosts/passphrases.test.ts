import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withDeadline } from '../../../../extension/hosts/deadline.ts';
import { forgetPassphrases, type PassphraseAnswer, type Prompter } from '../../../../extension/hosts/index.ts';
import { Passphrases } from '../../../../extension/hosts/passphrases.ts';
import { Waiter } from '../../../../extension/hosts/waiter.ts';
import { Secrets } from '../../../support/person.ts';

const KEY = '/home/ann/.ssh/id_ed25519';
const { signal } = new AbortController();

function person(answers: (PassphraseAnswer | undefined)[]): Prompter & { readonly attempts: number[] } {
  const attempts: number[] = [];
  const other = (): never => assert.fail('only passphrases are asked for');
  return {
    attempts,
    passphrase: async ({ attempt }) => {
      attempts.push(attempt);
      return answers.shift();
    },
    password: other,
    keyboardInteractive: other,
    confirmHostKey: other,
  };
}

test('a remembered passphrase is used first, and forgotten when it was wrong', async () => {
  const secrets = new Secrets();
  const first = new Passphrases('web-1', secrets, person([{ passphrase: 'old', remember: true }]), signal);
  assert.equal(await first.ask(KEY), 'old');
  const asked = person([{ passphrase: 'new', remember: false }, undefined]);
  const second = new Passphrases('web-1', secrets, asked, signal);
  assert.equal(await second.ask(KEY), 'old');
  assert.equal(await second.ask(KEY), 'new');
  assert.equal(secrets.kept.size, 0);
  assert.equal(await second.ask(KEY), undefined);
  assert.deepEqual(asked.attempts, [1, 2]);
});

test('a wrong passphrase that was to be remembered is not', async () => {
  const secrets = new Secrets();
  const passphrases = new Passphrases(
    'web-1',
    secrets,
    person([{ passphrase: 'typo', remember: true }, undefined]),
    signal,
  );
  assert.equal(await passphrases.ask(KEY), 'typo');
  assert.equal(await passphrases.ask(KEY), undefined);
  assert.equal(secrets.kept.size, 0);
});

test('without a person there is only what was remembered, and it can be taken back', async () => {
  const secrets = new Secrets();
  await new Passphrases('web-1', secrets, person([{ passphrase: 'kept', remember: true }]), signal).ask(KEY);
  const background = (): Passphrases => new Passphrases('web-1', secrets, undefined, signal);
  assert.equal(await background().ask(KEY), 'kept');
  await forgetPassphrases(secrets, [KEY]);
  assert.equal(await background().ask(KEY), undefined);
  assert.equal(
    await new Passphrases('web-1', undefined, person([{ passphrase: 'x', remember: true }]), signal).ask(KEY),
    'x',
  );
});

test('a deadline does not count while a person is asked', async () => {
  const { promise: answered, resolve } = Promise.withResolvers<PassphraseAnswer>();
  const slow: Prompter = { ...person([]), passphrase: () => answered };
  const expired = new Error('too late');
  const request = { host: 'web-1', keyFile: KEY, attempt: 1, canRemember: false };
  const outcome = withDeadline(
    { signal, prompter: slow },
    20,
    () => expired,
    async (attempt) => {
      const answer = attempt.prompter?.passphrase(request, attempt.signal);
      await new Promise((later) => setTimeout(later, 60));
      assert.ok(!attempt.signal.aborted, 'the clock stands still');
      resolve({ passphrase: 'x', remember: false });
      await answer;
      await new Promise((later) => {
        attempt.signal.addEventListener('abort', later);
      });
      assert.equal(attempt.signal.reason, expired);
    },
  );
  await outcome;
});

test('of two questions at once the deadline waits for both', async () => {
  const first = Promise.withResolvers<PassphraseAnswer>();
  const second = Promise.withResolvers<PassphraseAnswer>();
  const open = [first, second];
  const slow: Prompter = { ...person([]), passphrase: async () => open.shift()?.promise };
  const request = { host: 'web-1', keyFile: KEY, attempt: 1, canRemember: false };
  const answer: PassphraseAnswer = { passphrase: 'x', remember: false };
  const late = (): Error => new Error('late');
  await withDeadline({ signal, prompter: slow }, 20, late, async ({ prompter, signal: inner }) => {
    const asked = [prompter?.passphrase(request, inner), prompter?.passphrase(request, inner)];
    first.resolve(answer);
    await asked[0];
    await new Promise((later) => setTimeout(later, 60));
    assert.ok(!inner.aborted, 'the second is still open');
    second.resolve(answer);
    await asked[1];
    await new Promise((later) => {
      inner.addEventListener('abort', later);
    });
  });
});

test('a deadline carries the end of the attempt', async () => {
  const reason = new Error('cancelled');
  const attempt = { signal: AbortSignal.abort(reason), prompter: undefined };
  const late = (): Error => new Error('late');
  await withDeadline(attempt, 1_000, late, async (inner) => {
    assert.equal(inner.signal.reason, reason);
  });
});

test('a wait ends when it is woken, also when that came first, and when all ends', async () => {
  const waiter = new Waiter();
  const far = Date.now() + 60_000;
  const waiting = waiter.until(far, signal);
  waiter.wake();
  await waiting;
  waiter.wake();
  await waiter.untilWoken(signal);
  const controller = new AbortController();
  const ended = waiter.until(far, controller.signal);
  controller.abort();
  await ended;
  await waiter.untilWoken(controller.signal);
});
