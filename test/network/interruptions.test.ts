/**
 * Syncs that are killed, run into a full disk, or run twice at once.
 *
 * Slow: starts a process for each trial.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Interrupting, killAgainAndAgain } from '../support/network/interrupting.ts';
import { notRun } from '../support/tools/not-run.ts';

let trials: Interrupting;
before(async () => {
  trials = await Interrupting.prepare(200);
});
after(() => trials.close());

test('a sync that is killed leaves whole bundles only, and the next one ends with the bytes of an undisturbed run', async () => {
  assert.equal(await killAgainAndAgain(trials, 8, () => undefined), 8);
});

test('two syncs at once end with the bytes of an undisturbed run; the second says who is first', async () => {
  const folder = join(trials.root, 'twice');
  const both = await Promise.all([trials.sync(folder), trials.sync(folder)]);
  const codes = both.map(({ code }) => code);
  assert.ok(codes.includes(0), codes.join());
  for (const { code, stderr } of both) {
    if (code !== 0) assert.match(stderr, /another sync/);
  }
  assert.deepEqual(trials.differing(folder), []);
});

test('a sync on a full disk keeps what was whole, says so, and the next one ends with the bytes of an undisturbed run', async (t) => {
  const folder = join(trials.root, 'small');
  mkdirSync(folder);
  const mounted = spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=1500k', 'tmpfs', folder]);
  if (mounted.status !== 0) return notRun(t, 'mounting a small file system needs root');
  try {
    const { code, stderr } = await trials.sync(folder);
    assert.equal(code, 1);
    assert.match(stderr, /pith-mirror: .*(ENOSPC|No space left)/i);
    assert.deepEqual(trials.broken(folder), []);
    spawnSync('mount', ['-o', 'remount,size=64m', folder]);
    assert.equal((await trials.sync(folder)).code, 0);
    assert.deepEqual(trials.differing(folder), []);
  } finally {
    spawnSync('umount', [folder]);
  }
});
