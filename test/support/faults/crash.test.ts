/**
 * The judge of interrupted updates: what counts as whole, and that the rest does not.
 *
 * Slow: interrupts builds.
 */
import assert from 'node:assert/strict';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { temporaryFolder } from '../sites/cli.ts';
import { checkFailureAt, checkKillAt, type Trial, Trials } from './crash.ts';

const trials = await Trials.prepare(temporaryFolder(), {
  way: 'update',
  keeps: /\.cache$|^\.dist\.pith-mirror-cache$/,
});
const pages = [...trials.old.keys()].filter((path) => path.endsWith('/index.html') && trials.new.has(path));
const isSame = (path: string): boolean =>
  trials.new.get(path)?.equals(trials.old.get(path) ?? new Uint8Array()) === true;
const [same] = pages.filter(isSame);
const [changed] = pages.filter((path) => !isSame(path));
const trial = await trials.start();

/** Judges the old site with some files as they are not in it; null for a file that is gone. */
function judged(files: Readonly<Record<string, Uint8Array | null>>): ReturnType<Trial['published']> {
  const copy = trials.at(`${trial.root}-copy`);
  cpSync(trial.root, copy.root, { recursive: true });
  try {
    for (const [path, bytes] of Object.entries(files)) {
      if (bytes === null) rmSync(join(copy.out, path));
      else writeFileSync(join(copy.out, path), bytes);
    }
    return copy.published();
  } finally {
    rmSync(copy.root, { recursive: true });
  }
}

describe('an interrupted update', () => {
  assert.ok(changed !== undefined && same !== undefined);
  const [before, after] = [trials.old.get(changed), trials.new.get(changed)];
  assert.ok(before && after);

  it('may have each file old or new, and files for the next build', () => {
    assert.equal(judged({}), 'old');
    assert.equal(judged({ [changed]: after }), 'between');
    assert.equal(judged({ 'x.cache': after }), 'old');
  });

  it('has no truncated file, no file of neither site, and every file that both sites have', () => {
    assert.throws(() => judged({ [changed]: after.subarray(1) }), /neither the old nor the new/);
    assert.throws(() => judged({ [changed]: new Uint8Array() }), /neither the old nor the new/);
    assert.throws(() => judged({ 'surplus.html': after }), /neither the old nor the new/);
    assert.throws(() => judged({ [same]: null }), /is gone/);
  });
});

describe('trials of updates', () => {
  it('begin with the old site, built in their own folder, and the new input', async () => {
    assert.equal(trial.published(), 'old');
    await trial.assertNextBuild();
  });

  it('end well after a kill and a failure', async () => {
    assert.equal(await checkKillAt(trials, 2, '^renameSync .dist.pith-mirror-update/'), 'between');
    await checkFailureAt(trials, { match: '^writeSync .*-cache/', at: 4, code: 'EIO' });
  });
});

describe('a first build that has to bundle the pages', () => {
  it('ends well after a kill and a failure in the process that bundles them', async () => {
    const folder = temporaryFolder();
    const firsts = await Trials.prepare(folder, { way: 'first', keeps: /^\.dist\.pith-mirror-cache$/ });
    rmSync(join(folder, 'template/.dist.pith-mirror-cache'), { recursive: true });
    assert.equal(await checkKillAt(firsts, 2, 'render-'), 'old');
    await checkFailureAt(firsts, { match: 'pages/assets', at: 1, code: 'ENOSPC' });
  });
});
