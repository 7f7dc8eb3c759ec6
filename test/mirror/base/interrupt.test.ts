/** What a signal undoes. `interrupt` is for the end of a process, so this file has one test. */
import assert from 'node:assert/strict';
import { it } from 'node:test';
import { assertNotInterrupted, interrupt, isInterrupted, onInterrupt } from '../../../src/mirror/base/interrupt.ts';

it('a signal undoes everything, the newest first, each once, waits for what is being undone already, and sweeps in the end', async () => {
  const undone: string[] = [];
  const slow = (name: string) => async () => {
    await new Promise((resolve) => setTimeout(resolve, 20));
    undone.push(name);
  };
  onInterrupt(slow('oldest'), () => undone.push('swept'));
  onInterrupt(() => {
    throw new Error('the disk failed');
  });
  const ended = onInterrupt(slow('ended before'), () => undone.push('never swept'));
  await ended();
  const ending = onInterrupt(slow('ending'));
  onInterrupt(() => undone.push('newest'));
  assert.equal(isInterrupted(), false);
  const end = ending();
  await interrupt();
  assert.deepEqual(undone, ['ended before', 'newest', 'ending', 'oldest', 'swept']);
  assert.equal(isInterrupted(), true);
  assert.throws(assertNotInterrupted, /interrupted/);
  await Promise.all([end, ending(), ended()]);
  assert.equal(undone.length, 5);
});
