/** An interrupted update: at each moment each file is old or new in whole, and the next command finishes it. */
import assert from 'node:assert/strict';
import fs, { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { applyChanges, type Changes, writeJournal } from '../../../src/mirror/publish/journal.ts';
import { Output } from '../../../src/mirror/publish/output.ts';
import { PROJECT, temporaryFolder } from '../../support/sites/cli.ts';
import { differences, leftBeside, snapshot } from '../../support/sites/mirror.ts';
import { writeFiles } from '../../support/sites/site.ts';

const folder = temporaryFolder();
const INPUT = join(folder, 'bundles');
mkdirSync(INPUT);

const MARKER = '.pith-mirror.json';
const OLD = {
  [MARKER]: '{}',
  'index.html': 'old home',
  'browse/index.html': 'old list',
  'browse/2025/index.html': 'a list that goes',
  'pith/A/index.html': 'old A',
  'pith/A/bundles/1.json': 'one',
  'pith/B/index.html': 'B',
  '.well-known/pith/B/bundle.json': 'B',
};
const STAGED = {
  [MARKER]: '{} ',
  'index.html': 'new home',
  'browse/index.html': 'new list',
  'pith/A/index.html': 'new A',
  'pith/C/index.html': 'C',
  'pith/C/bundle.json': 'C',
  '.well-known/pith/C/bundle.json': 'C',
};
const NEW: Readonly<Record<string, string>> = STAGED;
const CHANGES: Changes = {
  moves: ['pith/C', '.well-known/pith/C', 'pith/A/index.html', 'browse/index.html', 'index.html', MARKER],
  removes: ['browse/2025/index.html', 'pith/A/bundles/1.json', 'pith/B/index.html', '.well-known/pith/B/bundle.json'],
  times: [
    ['pith/A', 2000],
    ['pith/A/bundles', 2000],
    ['', 3000],
    ['browse', 3000],
    ['pith', 3000],
    ['.well-known', 3000],
    ['.well-known/pith', 3000],
  ],
};

const BEGUN = join(folder, 'begun');
writeFiles(join(BEGUN, 'dist'), OLD);
writeFiles(join(BEGUN, '.dist.pith-mirror-update'), STAGED);
await writeJournal(join(BEGUN, '.dist.pith-mirror-journal'), CHANGES);

let made = 0;
/** An update that was decided, and nothing of it done. */
function begun(): { readonly root: string; readonly out: string; readonly update: string; readonly journal: string } {
  const root = join(folder, `case-${made++}`);
  cpSync(BEGUN, root, { recursive: true, preserveTimestamps: true });
  const beside = (name: string): string => join(root, `.dist.pith-mirror-${name}`);
  return { root, out: join(root, 'dist'), update: beside('update'), journal: beside('journal') };
}

const DONE = begun();
assert.equal(await applyChanges(DONE.update, DONE.out, CHANGES), true);
const EXPECTED = snapshot(DONE.out);

const take = (out: string): Promise<Output> => Output.take(out, [INPUT], PROJECT);

/** Each file has its old or its new content. */
function assertWhole(out: string, what: string): void {
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name).slice(out.length + 1);
    const known = [(OLD as Readonly<Record<string, string>>)[path], NEW[path]];
    assert.ok(known.includes(readFileSync(join(out, path), 'utf8')), `${what}: ${path}`);
  }
  // What both sites have is never missing.
  for (const path of Object.keys(OLD)) if (path in NEW) assert.ok(existsSync(join(out, path)), `${what}: no ${path}`);
}

const CHANGING = ['mkdir', 'rename', 'unlink', 'rmdir', 'utimes', 'rm'] as const;

/** Lets calls fail by their numbers. @returns how many calls there were. */
async function failing(isFailing: (call: number) => boolean, work: () => Promise<unknown>): Promise<number> {
  const promises = fs.promises as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const real = { ...promises };
  let calls = 0;
  for (const name of CHANGING) {
    promises[name] = async (...args) => {
      if (isFailing(calls++)) throw Object.assign(new Error(`EIO: i/o error, ${name} '${args[0]}'`), { code: 'EIO' });
      return real[name]?.(...args);
    };
  }
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    Object.assign(promises, real);
    syncBuiltinESMExports();
  }
  return calls;
}

describe('an update', () => {
  it('moves, removes and sets times, and leaves what it does not name', () => {
    const paths = [...EXPECTED.keys()].filter((path) => !EXPECTED.get(path)?.startsWith('4'));
    assert.deepEqual(paths.sort(), [...Object.keys(NEW)].sort());
    assert.match(EXPECTED.get('pith/A') ?? '', / 2000000 index\.html$/);
    assert.match(EXPECTED.get('.well-known/pith') ?? '', / 3000000 C$/);
    assert.match(EXPECTED.get('browse') ?? '', / 3000000 index\.html$/);
  });

  it('that fails at any step has whole files, and the next command finishes it', async () => {
    const all = await failing(
      () => false,
      async () => {
        const { update, out } = begun();
        await applyChanges(update, out, CHANGES);
      },
    );
    assert.ok(all > CHANGES.moves.length + CHANGES.removes.length + CHANGES.times.length);
    for (let at = 0; at < all; at++) {
      const { update, out } = begun();
      await failing(
        (call) => call >= at,
        () =>
          assert.rejects(
            applyChanges(update, out, CHANGES),
            /EIO.*each file is old or new in whole; the next build goes on/,
          ),
      );
      assertWhole(out, `failed at ${at}`);
      const output = await take(out);
      assert.equal(output.isMixed, false);
      assert.deepEqual(differences(snapshot(out), EXPECTED), [], `failed at ${at}`);
      assert.deepEqual(await output.release(), []);
      assert.deepEqual(leftBeside(out), []);
    }
  });

  it('that fails again in the next command stays for the one after it', async () => {
    const { out, journal, update } = begun();
    await failing(
      (call) => call === 12,
      () => assert.rejects(take(out), /is not complete \(EIO/),
    );
    assert.ok(existsSync(journal) && existsSync(update));
    assertWhole(out, 'failed twice');
    await (await take(out)).release();
    assert.deepEqual(differences(snapshot(out), EXPECTED), []);
    assert.deepEqual(leftBeside(out), []);
  });

  it('that was done but for its journal is done again, to the same end', async () => {
    const { out } = begun();
    const first = await take(out);
    await first.release();
    await writeJournal(join(out, '../.dist.pith-mirror-journal'), CHANGES);
    cpSync(BEGUN, join(out, '../x'), { recursive: true });
    mkdirSync(join(out, '../.dist.pith-mirror-update'));
    const second = await take(out);
    assert.equal(second.isMixed, false);
    await second.release();
    assert.deepEqual(differences(snapshot(out), EXPECTED), []);
  });

  it('that was not decided is not done', async () => {
    const { out, journal } = begun();
    const before = snapshot(out);
    rmSync(journal);
    writeFileSync(`${journal}-draft`, JSON.stringify(CHANGES));
    await (await take(out)).release();
    assert.deepEqual(differences(snapshot(out), before), []);
    assert.deepEqual(leftBeside(out), []);
  });

  for (const [what, lose] of [
    ['all that it was to move is gone', ({ update }) => rmSync(update, { recursive: true })],
    ['a new file that it was to move is gone', ({ update }) => rmSync(join(update, 'pith/C'), { recursive: true })],
    ['its journal is damaged', ({ journal }) => writeFileSync(journal, '{"moves":[')],
  ] as const satisfies readonly (readonly [string, (place: ReturnType<typeof begun>) => void])[]) {
    it(`of which ${what} is said by every command until a swap, and stops none`, async () => {
      const place = begun();
      lose(place);
      for (let round = 0; round < 2; round++) {
        const output = await take(place.out);
        assert.equal(output.isMixed, true);
        // Another build's stage is not what the journal means.
        await output.prepareStage();
        writeFiles(output.stage, { 'index.html': 'of another build' });
        assertWhole(place.out, what);
        // As if killed: the stage stays, the lock goes.
        cpSync(output.stage, `${output.stage}-copy`, { recursive: true });
        await output.release();
        cpSync(`${output.stage}-copy`, output.stage, { recursive: true });
        rmSync(`${output.stage}-copy`, { recursive: true });
      }
      const output = await take(place.out);
      await output.prepareStage();
      writeFiles(output.stage, NEW);
      await output.swap();
      await output.release();
      const after = await take(place.out);
      assert.equal(after.isMixed, false);
      await after.release();
      assert.equal(readFileSync(join(place.out, 'index.html'), 'utf8'), 'new home');
      assert.deepEqual(leftBeside(place.out), []);
    });
  }

  it('of a site that is gone, or that is somebody else’s now, is dropped', async () => {
    const gone = begun();
    rmSync(gone.out, { recursive: true });
    await (await take(gone.out)).release();
    assert.equal(existsSync(gone.out), false);
    assert.deepEqual(leftBeside(gone.out), []);

    const other = begun();
    rmSync(other.out, { recursive: true });
    writeFiles(other.out, { 'thesis.tex': 'years of work' });
    await assert.rejects(take(other.out), /was not written by pith-mirror/);
    assert.deepEqual(readdirSync(other.out), ['thesis.tex']);
  });
});
