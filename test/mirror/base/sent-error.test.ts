/** Errors that cross to another thread or process. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { it } from 'node:test';
import { BuildError } from '../../../src/mirror/base/failure.ts';
import { receivedError, sentError } from '../../../src/mirror/base/sent-error.ts';
import { EngineError } from '../../../src/protocol/index.ts';

/** As both ways of sending leave it. */
const sent = (thrown: unknown): Error => receivedError(structuredClone(JSON.parse(JSON.stringify(sentError(thrown)))));

it('a mistake in the program keeps its message, its code and the place where it was made', () => {
  const mistake = Object.assign(new TypeError('expected a number'), { code: 'ERR_X' });
  const found = sent(mistake);
  assert.ok(!(found instanceof BuildError));
  const { message, stack, code } = found as Error & { readonly code?: unknown };
  assert.deepEqual({ message, stack, code }, { message: 'expected a number', stack: mistake.stack, code: 'ERR_X' });
});

it('what a user can act on arrives as a BuildError: the words of the system, with their code, and of the two engines', () => {
  const missing = (): Buffer => readFileSync('/nonexistent/file');
  assert.throws(
    () => {
      try {
        missing();
      } catch (error) {
        throw sent(error);
      }
    },
    { name: 'BuildError', code: 'ENOENT', message: "ENOENT: no such file or directory, open '/nonexistent/file'" },
  );
  assert.deepEqual(sent(new BuildError('too late')), new BuildError('too late'));
  assert.ok(sent(new EngineError('they disagree')) instanceof BuildError);
});

it('whatever was thrown that is no error becomes the message of one', () => {
  assert.equal(sent('text').message, 'text');
  assert.equal(sent(null).message, 'null');
});
