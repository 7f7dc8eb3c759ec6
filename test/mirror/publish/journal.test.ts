/** An interrupted update: at each moment each file is old or new in whole, and the next command finishes it. */
import assert from 'node:assert/strict';
import fs, { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { applyChanges, type Journal, writeJournal } from '../../../src/mirror/publish/journal.ts';
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
const CHANGES: Journal = {
  moves: ['pith/C', '.well-known/pith/C', 'pith/A/index.html', 'browse/index.html', 'index.html', MARKER],
  removes: ['browse/2025/index.html', 'pith/A/bundles/1.json', 'pith/B/index.html', '.well-known/pith/B/bundle.json'],
  staged: '.dist.pith-mirror-update',
  isFirst: false,
};

const BEGUN = join(folder, 'begun');
writeFiles(join(BEGUN, 'dist'), OLD);
writeFiles(join(BEGUN, '.dist.pith-mirror-update'), STAGED);
writeJournal(join(BEGUN, '.dist.pith-mirror-journal'), CHANGES);

let made = 0;
/** An update that was decided, and nothing of it done. */
function begun(): { readonly root: string; readonly out: string; readonly update: string; readonly journal: string } {
  const root = join(folder, `case-${made++}`);
  cpSync(BEGUN, root, { recursive: true, preserveTimestamps: true });
  const sibling = (name: string): string => join(root, `.dist.pith-mirror-${name}`);
  return { root, out: join(root, 'dist'), update: sibling('update'), journal: sibling('journal') };
}

const DONE = begun();
assert.equal(await applyChanges(DONE.update, DONE.out, CHANGES), true);
const EXPECTED = snapshot(DONE.out);

const progress = { stage: () => undefined, step: () => undefined, note: () => undefined };
const take = (out: string): Promise<Output> =>
  Output.take({ out, inputs: [INPUT], packageRoot: PROJECT, isFlushed: false, progress });

/** Each file has its old or its new content. */
function assertWhole(out: string, what: string): void {
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile() || entry.parentPath.includes('.pith-mirror-lock')) continue;
    const path = join(entry.parentPath, entry.name).slice(out.length + 1);
    const known = [(OLD as Readonly<Record<string, string>>)[path], NEW[path]];
    assert.ok(known.includes(readFileSync(join(out, path), 'utf8')), `${what}: ${path}`);
  }
  // What both sites have is never missing.
  for (const path of Object.keys(OLD)) if (path in NEW) assert.ok(existsSync(join(out, path)), `${what}: no ${path}`);
}

const CHANGING = ['mkdirSync', 'renameSync', 'unlinkSync', 'rmdirSync', 'rmSync'] as const;

/** Lets calls fail by their numbers. @returns how many calls there were. */
async function failing(isFailing: (call: number) => boolean, work: () => Promise<unknown>): Promise<number> {
  const functions = fs as unknown as Record<string, (...args: unknown[]) => unknown>;
  const real = Object.fromEntries(CHANGING.map((name) => [name, functions[name]]));
  let calls = 0;
  for (const name of CHANGING) {
    functions[name] = (...args) => {
      // The lock and what is temporary are not part of the update.
      if (/pith-mirror-(?:lock|work|stage)/.test(String(args[0]))) return real[name]?.(...args);
      if (isFailing(calls++)) throw Object.assign(new Error(`EIO: i/o error, ${name} '${args[0]}'`), { code: 'EIO' });
      return real[name]?.(...args);
    };
  }
  syncBuiltinESMExports();
  try {
    await work();
  } finally {
    Object.assign(functions, real);
    syncBuiltinESMExports();
  }
  return calls;
}

describe('an update', () => {
  it('moves and removes, and leaves what it does not name', () => {
    const paths = [...EXPECTED.keys()].filter((path) => !EXPECTED.get(path)?.startsWith('4'));
    assert.deepEqual(paths.sort(), [...Object.keys(NEW)].sort());
    assert.match(EXPECTED.get('pith/A') ?? '', / index\.html$/);
  });

  it('that fails at any step has whole files, and the next command finishes it', async () => {
    const all = await failing(
      () => false,
      async () => {
        const { update, out } = begun();
        await applyChanges(update, out, CHANGES);
      },
    );
    assert.ok(all > CHANGES.moves.length + CHANGES.removes.length);
    for (let at = 0; at < all; at++) {
      const { update, out } = begun();
      await failing(
        (call) => call >= at,
        () =>
          assert.rejects(
            applyChanges(update, out, CHANGES),
            /EIO.*each file is old or new, and the next build completes it/,
          ),
      );
      assertWhole(out, `failed at ${at}`);
      const output = await take(out);
      assert.equal(output.isMixed, false);
      assert.deepEqual(differences(snapshot(out), EXPECTED), [], `failed at ${at}`);
      await output.release();
      assert.deepEqual(leftBeside(out), []);
    }
  });

  it('that fails again in the next command stays for the one after it', async () => {
    const { out, journal, update } = begun();
    await failing(
      (call) => call === 9,
      () => assert.rejects(take(out), /is not complete \(EIO/),
    );
    assert.ok(existsSync(journal) && existsSync(update));
    assertWhole(out, 'failed twice');
    await (await take(out)).release();
    assert.deepEqual(differences(snapshot(out), EXPECTED), []);
    assert.deepEqual(leftBeside(out), []);
  });

  it('that was finished except for its journal is repeated with the same result', async () => {
    const { out } = begun();
    const first = await take(out);
    await first.release();
    writeJournal(join(out, '../.dist.pith-mirror-journal'), CHANGES);
    cpSync(BEGUN, join(out, '../x'), { recursive: true });
    mkdirSync(join(out, '../.dist.pith-mirror-update'));
    const second = await take(out);
    assert.equal(second.isMixed, false);
    await second.release();
    assert.deepEqual(differences(snapshot(out), EXPECTED), []);
  });

  it('that was not committed is not applied', async () => {
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
    it(`of which ${what} every command reports it until a build has repaired the site, and none is stopped`, async () => {
      const place = begun();
      lose(place);
      for (let round = 0; round < 2; round++) {
        const output = await take(place.out);
        assert.equal(output.isMixed, true);
        // Another build's stage is not what the journal means.
        output.prepareStage();
        writeFiles(output.stage, { 'index.html': 'of another build' });
        assertWhole(place.out, what);
        // As if killed: the stage stays, the lock goes.
        cpSync(output.stage, `${output.stage}-copy`, { recursive: true });
        await output.release();
        cpSync(`${output.stage}-copy`, output.stage, { recursive: true });
        rmSync(`${output.stage}-copy`, { recursive: true });
      }
      const output = await take(place.out);
      output.prepareStage();
      writeFiles(output.stage, NEW);
      await output.publish({ moves: Object.keys(NEW), removes: ['pith/B/index.html'] });
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
