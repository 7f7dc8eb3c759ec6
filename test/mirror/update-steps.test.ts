/**
 * Updates after many changes, one after the other: each gives what a clean build gives.
 *
 * Slow: builds small sites some hundred times.
 */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Random } from '../fuzz/random.ts';
import {
  BAD,
  COLLIDED,
  CONFLICTING,
  FILLERS,
  NEWER,
  noteName,
  noteOf,
  OLDER,
  plain,
  QUOTED,
  recordOf,
} from '../support/bundles/changing-input.ts';
import { bytesOf, makeBundle } from '../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { type Edits, Pair } from '../support/sites/pair.ts';

type Content = Uint8Array | string;

const folder = temporaryFolder();

describe('an update', () => {
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
    ['a note comes', { [noteName(recordOf(2))]: noteOf(recordOf(2)) }],
    ['a note changes', { [noteName(recordOf(2))]: noteOf(recordOf(2), { collections: ['c'] }, 'Other *words*.') }],
    ['a note is rejected', { [noteName(recordOf(2))]: 'no front matter' }],
    ['a note moves', { [`notes/${noteName(recordOf(2))}`]: { from: noteName(recordOf(2)) } }],
    [
      'a note is right again',
      { [`notes/${noteName(recordOf(2))}`]: noteOf(recordOf(2), { canonical_record: recordOf(2) }) },
    ],
    ['its bundle goes, and the note stands alone', { 'f/c.json': null }],
    ['its bundle comes again', { 'f/c.json': plain(2) }],
    ['the note goes', { [`notes/${noteName(recordOf(2))}`]: null }],
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

  it('gives what a clean build gives after each of many kinds of change', async () => {
    const pair = await Pair.of(folder, FILLERS);
    for (const [what, edits] of steps) {
      const told = await pair.update(edits, {}, what);
      assert.ok(told.isUpdate, `${what}: ${told.stages}`);
    }
    const told = await pair.build();
    assert.equal(told.isUnchanged, true);
    assert.deepEqual(told.stages, []);
  });

  it('gives what a clean build gives after changes of any kind in any order', async () => {
    const random = new Random(process.env.PITH_MIRROR_SEED ?? 'update');
    const notes = [recordOf(1), QUOTED, COLLIDED[0], CONFLICTING].flatMap((of): (readonly [string, Content])[] => [
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
    const pair = await Pair.of(folder, FILLERS);
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
