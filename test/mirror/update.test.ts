/** An update gives what a clean build gives: the same files and folders with the same bytes. */
import assert from 'node:assert/strict';
import fs, { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { dirname, join } from 'node:path';
import { describe, it } from 'node:test';
import { contentText } from '../../src/mirror/base/disk.ts';
import type { BuildOptions } from '../../src/mirror/build-options.ts';
import { Random } from '../fuzz/random.ts';
import {
  bytesOf,
  type Data,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
  registryKey,
  trustOf,
} from '../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { differences, forget, leftBeside, mirror, settle, snapshot, type Told } from '../support/sites/mirror.ts';

const folder = temporaryFolder();

const record = (i: number): Data =>
  makeRecord({
    id: `2606.${String(i).padStart(5, '0')}`,
    metadata: { submitted_at: `2026-0${1 + (i % 6)}-1${i % 10}T00:00:00Z`, primary_cat: i % 2 ? 'cs.DC' : 'math.NT' },
  });
const suffixOf = (of: Data): string => numberOf(of).slice(-26);
const plain = (i: number, changes: Data = {}): Uint8Array => bytesOf(makeBundle(record(i), undefined, changes));
const noteOf = (of: Data, members: Data = {}, text = 'Words.'): string => {
  const lines = Object.entries({ pith_number: numberOf(of), ...members }).map(([k, v]) => `${k}: ${JSON.stringify(v)}`);
  return `---\n${lines.join('\n')}\n---\n\n${text}\n`;
};
const noteName = (of: Data): string => `${suffixOf(of)}.md`;

const R = record(1);
const BASE = [makeRecordCreated(R), makeSnapshot(R)];
const OLDER = bytesOf(makeBundle(R, [...BASE, makeCorrection(R, 'a')], { built_at: '2026-07-02T00:00:00Z' }));
const NEWER = bytesOf(makeBundle(R, [...BASE, makeCorrection(R, 'b')], { built_at: '2026-07-04T00:00:00Z' }));
const BAD = '{"bundle_type":';
// See plan.test.ts: their short numbers are one.
const COLLIDED = [makeRecord({ id: '2606.962346' }), makeRecord({ id: '2606.1225389' })];
const CONFLICTING = makeRecord({
  id: R.source.id,
  title: 'Another',
  metadata: { primary_cat: 'cs.CR' },
});
const QUOTED = record(99);

type Content = Uint8Array | string;
/** What changes: content of a file, null if it is removed, or `{ from }` if it is renamed. */
type Edits = Readonly<Record<string, Content | null | { readonly from: string }>>;

let made = 0;
/** An input and the site of it, which is updated; and the site of a clean build of the same input. */
class Pair {
  readonly root = join(folder, `pair-${made++}`);
  readonly input = join(this.root, 'bundles');
  readonly out = join(this.root, 'dist');
  // One for all, with the pages bundled once.
  readonly clean = join(folder, 'clean', 'dist');

  static async of(files: Edits, options: Partial<BuildOptions> = {}): Promise<Pair> {
    const pair = new Pair();
    await pair.update(files, options);
    return pair;
  }

  edit(edits: Edits): void {
    for (const [name, content] of Object.entries(edits)) {
      const path = join(this.input, name);
      mkdirSync(dirname(path), { recursive: true });
      if (content === null) rmSync(path);
      else if (typeof content === 'object' && 'from' in content) renameSync(join(this.input, content.from), path);
      else writeFileSync(path, content);
    }
  }

  /** Builds; nothing is compared. */
  async build(options: Partial<BuildOptions> = {}): Promise<Told> {
    const told = await mirror(this.input, this.out, options);
    assert.deepEqual(leftBeside(this.out), []);
    return told;
  }

  async assertClean(what: string, options: Partial<BuildOptions> = {}): Promise<Told> {
    if (existsSync(this.clean)) forget(this.clean);
    const clean = await mirror(this.input, this.clean, options);
    if (clean.published) assert.deepEqual(differences(snapshot(this.out), snapshot(this.clean)), [], what);
    return clean;
  }

  /** Edits, builds, compares with a clean build, and lets time pass. */
  async update(
    edits: Edits,
    options: Partial<BuildOptions> = {},
    what = JSON.stringify(Object.keys(edits)),
  ): Promise<Told> {
    this.edit(edits);
    const told = await this.build(options);
    const clean = await this.assertClean(what, options);
    assert.equal(told.refusal, clean.refusal, what);
    assert.deepEqual(
      Array.from(told.report.pieces(), contentText).join(''),
      Array.from(clean.report.pieces(), contentText).join(''),
      what,
    );
    assert.deepEqual(told.report.troubled, clean.report.troubled, what);
    if (told.published) settle(this.input, this.out);
    return told;
  }
}

const FILLERS: Edits = Object.fromEntries(
  Array.from({ length: 10 }, (_, i) => [`plain/${i}.json`, plain(i + 10)] as const),
);

describe('an update gives what a clean build gives', () => {
  const steps: readonly (readonly [what: string, edits: Edits])[] = [
    ['a file comes', { 'a.json': plain(1) }],
    ['a file changes', { 'a.json': plain(1, { built_at: '2026-07-05T00:00:00Z' }) }],
    ['a file changes to an older one', { 'a.json': OLDER }],
    ['a second bundle of its number comes', { 'deep/er/b.json': NEWER }],
    ['the second becomes bad', { 'deep/er/b.json': BAD }],
    ['and good again', { 'deep/er/b.json': NEWER }],
    ['a copy of it comes', { 'copy.json': NEWER }],
    ['the first goes', { 'a.json': null }],
    ['the copy goes', { 'copy.json': null }],
    ['it is renamed', { 'c.json': { from: 'deep/er/b.json' } }],
    ['it is moved to a folder, and a file comes there', { 'f/c.json': { from: 'c.json' }, 'f/d.json': plain(2) }],
    ['it becomes bad', { 'f/c.json': BAD }],
    ['it becomes another record', { 'f/c.json': plain(3) }],
    ['two files exchange what they hold', { 'f/c.json': plain(2), 'f/d.json': plain(3) }],
    ['a note comes', { [noteName(record(2))]: noteOf(record(2)) }],
    ['a note changes', { [noteName(record(2))]: noteOf(record(2), { collections: ['c'] }, 'Other *words*.') }],
    ['a note is rejected', { [noteName(record(2))]: 'no front matter' }],
    ['a note moves', { [`notes/${noteName(record(2))}`]: { from: noteName(record(2)) } }],
    ['a note is right again', { [`notes/${noteName(record(2))}`]: noteOf(record(2), { canonical_record: record(2) }) }],
    ['its bundle goes, and the note stands alone', { 'f/c.json': null }],
    ['its bundle comes again', { 'f/c.json': plain(2) }],
    ['the note goes', { [`notes/${noteName(record(2))}`]: null }],
    ['a note of a record alone comes', { [noteName(QUOTED)]: noteOf(QUOTED, { canonical_record: QUOTED }) }],
    ['and is of nothing', { [noteName(QUOTED)]: noteOf(QUOTED) }],
    ['and goes', { [noteName(QUOTED)]: null }],
    ['one of two with one short number comes', { 'short/0.json': bytesOf(makeBundle(COLLIDED[0])) }],
    ['the other comes', { 'short/1.json': bytesOf(makeBundle(COLLIDED[1])) }],
    ['the first of them changes', { 'short/0.json': bytesOf(makeBundle(COLLIDED[0], undefined, { links: { a: 1 } })) }],
    ['the first goes', { 'short/0.json': null }],
    ['a note of it comes', { [noteName(COLLIDED[0])]: noteOf(COLLIDED[0], { canonical_record: COLLIDED[0] }) }],
    ['the other becomes bad', { 'short/1.json': BAD }],
    ['two records of one alias come', { 'x.json': OLDER, 'y.json': bytesOf(makeBundle(CONFLICTING)) }],
    ['one of them goes', { 'x.json': null }],
    ['all of this goes', { 'y.json': null, 'short/1.json': null, [noteName(COLLIDED[0])]: null, 'f/c.json': null }],
  ];

  it('after each of many kinds of change', async () => {
    const pair = await Pair.of(FILLERS);
    for (const [what, edits] of steps) {
      const told = await pair.update(edits, {}, what);
      assert.ok(told.isUpdate, `${what}: ${told.stages}`);
    }
    const told = await pair.build();
    assert.equal(told.isUnchanged, true);
    assert.deepEqual(told.stages, []);
  });

  it('of a folder that cannot be listed, until it can or is gone', async () => {
    const pair = await Pair.of(FILLERS);
    const { readdir } = fs.promises;
    // Root may list every folder.
    const denied = ((path: string, options: { withFileTypes: true }) =>
      path.endsWith('locked')
        ? Promise.reject(Object.assign(new Error('EACCES'), { code: 'EACCES' }))
        : readdir(path, options)) as typeof readdir;
    for (const edits of [{}, { 'locked/a.json': null }]) {
      fs.promises.readdir = denied;
      syncBuiltinESMExports();
      try {
        const told = await pair.update({ 'locked/a.json': plain(1) });
        assert.equal(told.report.totals.rejected, 1);
      } finally {
        fs.promises.readdir = readdir;
        syncBuiltinESMExports();
      }
      pair.edit(edits);
      if ('locked/a.json' in edits) rmSync(join(pair.input, 'locked'), { recursive: true });
      assert.equal((await pair.update({})).report.totals.rejected, 0);
    }
  });

  it('down to a site without a bundle, and up again', async () => {
    const quoted = [90, 91, 92, 93].map(record);
    const notes = Object.fromEntries(quoted.map((of) => [noteName(of), noteOf(of, { canonical_record: of })]));
    const pair = await Pair.of({ ...notes, 'a.json': plain(1) });
    for (const edits of [{ 'a.json': null }, { 'a.json': plain(1) }, { 'a.json': BAD }, { 'a.json': plain(2) }]) {
      const told = await pair.update(edits);
      assert.ok(told.isUpdate, String(told.stages));
    }
  });

  it('after anything, in any order', async () => {
    const random = new Random(process.env.PITH_MIRROR_SEED ?? 'update');
    const notes = [R, QUOTED, COLLIDED[0], CONFLICTING].flatMap((of): (readonly [string, Content])[] => [
      [noteName(of), noteOf(of)],
      [noteName(of), noteOf(of, { canonical_record: of })],
      [noteName(of), noteOf(of, { canonical_record: of, title: 'Wrong' })],
      [`n/${noteName(of)}`, noteOf(of, { canonical_record: of, collections: ['x'] })],
      [noteName(of), noteOf({ ...of, metadata: { ...of.metadata, submitted_at: '1999-01-01T00:00:00Z' } })],
    ]);
    const contents: readonly Content[] = [
      ...[1, 2, 3].map((i) => plain(i)),
      ...[2, 3].map((i) => plain(i, { built_at: '2026-07-09T00:00:00Z' })),
      OLDER,
      NEWER,
      BAD,
      ...[...COLLIDED, CONFLICTING].map((of) => bytesOf(makeBundle(of))),
    ];
    const names = ['a.json', 'b.json', 'c.json', 'd/a.json', 'd/b.json', 'e.json'];
    const pair = await Pair.of(FILLERS);
    const there = new Set<string>();
    const history: string[] = [];
    for (let step = 0; step < 8; step++) {
      const edits: Record<string, Content | null | { from: string }> = {};
      for (let i = 1 + random.below(3); i > 0; i--) {
        const [name, content] = random.chance(40)
          ? random.pick(notes)
          : ([random.pick(names), random.pick(contents)] as const);
        if (name in edits) continue;
        const other = random.pick(names);
        if (there.has(name) && random.chance(30)) {
          edits[name] = null;
          there.delete(name);
        } else if (there.has(name) && name.endsWith('.json') && !there.has(other) && !(other in edits)) {
          edits[other] = { from: name };
          there.delete(name);
          there.add(other);
        } else {
          edits[name] = content;
          there.add(name);
        }
        history.push(`${step}: ${name} ${JSON.stringify(edits[name] ?? edits[other])?.slice(0, 60)}`);
        // What was renamed away is no name for the next.
        if (!there.has(name) && edits[name] === undefined) break;
      }
      const told = await pair.update(edits, {}, history.join('\n'));
      assert.ok(told.isUpdate || told.isUnchanged, history.join('\n'));
    }
  });
});

describe('everything is rebuilt', () => {
  it('if the address or the trust file changes', async () => {
    const pair = await Pair.of(FILLERS);
    for (const options of [{ site: 'https://example.org/' }, { site: null }, { trust: trustOf(registryKey) }]) {
      const told = await pair.update({}, options);
      assert.ok(told.published && !told.isUnchanged && !told.isUpdate, JSON.stringify(options));
    }
  });

  it('if asked for', async () => {
    const pair = await Pair.of(FILLERS);
    const path = join(pair.out, 'index.html');
    // Nothing else would notice.
    writeFileSync(path, readFileSync(path, 'utf8').replace('<', ' <'));
    assert.equal((await pair.build()).isUnchanged, true);
    const told = await pair.build({ recheck: true });
    assert.ok(told.stages.includes('verifying and rendering (10)'), String(told.stages));
    await pair.assertClean('rechecked');
  });
});

describe('of an update', () => {
  it('only what differs is touched', async () => {
    const pair = await Pair.of(FILLERS);
    const inode = (path: string): number => statSync(join(pair.out, path)).ino;
    const [other = ''] = [suffixOf(record(11))];
    const paths = [`pith/${other}/index.html`, 'style.css', `pith/${suffixOf(record(12))}/bundle.json`];
    const before = paths.map(inode);
    const told = await pair.update({ 'plain/0.json': plain(10, { built_at: '2026-07-03T00:00:00Z' }) });
    assert.ok(told.isUpdate);
    assert.deepEqual(paths.map(inode), before);
    assert.ok(told.stages.includes('verifying and rendering (1)'), String(told.stages));
  });

  it('that is refused, the old site stays, and so does what the next build needs', async () => {
    const pair = await Pair.of(FILLERS);
    const before = snapshot(pair.out);
    pair.edit({ 'a.json': BAD });
    const told = await pair.build({ strict: true });
    assert.match(told.refusal ?? '', /--strict/);
    assert.deepEqual(differences(snapshot(pair.out), before), []);
    assert.ok((await pair.update({ 'a.json': plain(1) })).isUpdate);
  });

  it('one worker gives the same as more workers than files', async () => {
    // No more are started than the files can keep busy: here four.
    const many = Array.from({ length: 50 }, (_, i) => [`plain/${i}.json`, plain(i + 10)] as const);
    const pair = await Pair.of(Object.fromEntries(many));
    const before = snapshot(pair.out);
    for (const jobs of [1, 3, 60]) {
      forget(pair.out);
      const told = await pair.build({ jobs });
      assert.ok(!told.isUpdate);
      assert.deepEqual(differences(snapshot(pair.out), before), [], String(jobs));
    }
  });
});
