/**
 * Records that the operator withholds: what is left of them, what comes back, and what a mistake does.
 *
 * Slow: builds some thirty small sites.
 */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import type { BuildOptions } from '../../src/mirror/build-options.ts';
import { joinMirror } from '../../src/mirror/join.ts';
import { shardOfSuffix } from '../../src/mirror/resume/shard.ts';
import { auditSite } from '../../src/network/audit.ts';
import { compareMirrors } from '../../src/network/compare.ts';
import { openSource, type Source } from '../../src/network/source.ts';
import { Web } from '../../src/network/web.ts';
import { parseBucket } from '../../src/records/bucket.ts';
import {
  bytesOf,
  type Data,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
  testTrust,
} from '../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { elements, pageText } from '../support/sites/html.ts';
import { differences, mirror, settle, snapshot, type Told } from '../support/sites/mirror.ts';
import { type Edits, Pair } from '../support/sites/pair.ts';
import { readTree } from '../support/sites/site.ts';

const folder = temporaryFolder();

const TITLE = 'Zymurgy of Quokkas';
const record = (i: number): Data =>
  makeRecord({
    id: `2606.${String(i).padStart(5, '0')}`,
    title: i === 1 ? TITLE : `Paper ${i}`,
    metadata: { submitted_at: `2026-06-0${1 + (i % 3)}T00:00:00Z`, primary_cat: i === 1 ? 'cs.DC' : 'math.NT' },
  });
const paper = (i: number): Data => ({
  title: i === 1 ? TITLE : `Paper ${i}`,
  authors: i === 1 ? 'Xanthippe Quokka' : 'A',
});
const bundle = (i: number): Uint8Array =>
  bytesOf(makeBundle(record(i), [makeRecordCreated(record(i)), makeSnapshot(record(i), paper(i))]));
const R = record(1);
const SUFFIX = numberOf(R).slice(-26);
const NOTE = `${SUFFIX}.md`;
const PAGE = `pith/${SUFFIX}/index.html`;

const noteOf = (members: Data, text = 'A publisher **asked** us.', of: Data = R): string => {
  const lines = Object.entries({ pith_number: numberOf(of), ...members }).map(([k, v]) => `${k}: ${v}`);
  return `---\n${lines.join('\n')}\n---\n\n${text}\n`;
};
const EXCLUDED = noteOf({ excluded: 'legal', excluded_at: '2026-07-01' });
const THREE = { '1.json': bundle(1), '2.json': bundle(2), '3.json': bundle(3) };

/** A pair whose updates must not lose anything by accident, unlike those of other tests. */
class GuardedPair extends Pair {
  constructor() {
    super(folder);
  }

  override async update(edits: Edits, options: Partial<BuildOptions> = {}): Promise<Told> {
    this.edit(edits);
    const told = await mirror(this.input, this.out, { allowLoss: false, ...options });
    if (told.published) {
      const clean = await this.assertClean('an update gives what a clean build gives', options);
      assert.ok(clean.published);
      settle(this.input, this.out);
    }
    return told;
  }

  read(path: string): string {
    return readFileSync(join(this.out, path), 'utf8');
  }

  /** The line of the record in the index, as `bucket: line`. */
  row(suffix = SUFFIX): string | null {
    for (const [path, bytes] of readTree(join(this.out, 'records'))) {
      const bucket = /([^/]+)(?<!index)\.tsv$/.exec(path)?.[1];
      if (bucket === undefined) continue;
      const row = parseBucket(bucket, bytes.toString()).find((found) => found.suffix === suffix);
      if (row !== undefined) return `${bucket}: ${'withheld' in row ? `withheld ${row.withheld}` : 'held'}`;
    }
    return null;
  }
}

const web = new Web({ rate: 0, userAgent: 'test', say: () => undefined });
async function sourceOf(out: string): Promise<Source> {
  const source = await openSource(out, out, web);
  return 'problem' in source ? assert.fail(source.problem) : source;
}
const auditOf = async (out: string) =>
  auditSite(await sourceOf(out), {
    trust: testTrust,
    host: 'static',
    isAll: true,
    found: () => [...readTree(out).keys()],
    begin: () => undefined,
    step: () => undefined,
  });

describe('a note with "excluded"', () => {
  it('leaves a tombstone in the place of the record, and nothing of the paper anywhere in the site', async () => {
    const pair = new GuardedPair();
    await pair.update(THREE, { site: 'https://mirror.example/' });
    const before = readTree(pair.out);
    assert.ok([...before].filter(([, bytes]) => bytes.includes(TITLE)).length > 4, 'the title can be found');
    assert.equal(pair.row(), '2026-06-02: held');

    const told = await pair.update({ [NOTE]: EXCLUDED }, { site: 'https://mirror.example/' });
    assert.deepEqual([told.published, told.isUpdate, told.loss], [true, true, null]);
    assert.deepEqual(readdirSync(join(pair.out, 'pith', SUFFIX)), ['index.html']);
    assert.equal(existsSync(join(pair.out, '.well-known/pith', SUFFIX)), false);
    for (const [path, bytes] of readTree(pair.out)) {
      for (const word of [TITLE, 'Quokka', '2606.00001'])
        assert.equal(bytes.includes(word), false, `${path} has ${word}`);
      const mayName = path === PAGE || path === 'mirror-report/index.html' || /^(records|sums)\//.test(path);
      if (!mayName) assert.equal(bytes.includes(SUFFIX), false, `${path} names the record`);
    }
    assert.equal(pair.row(), 'undated: withheld legal');
    assert.match(pair.read('records/snapshot.txt'), /^records 3$/m);
    const { totals } = JSON.parse(pair.read('mirror-report.json'));
    assert.deepEqual([totals.records, totals.withheld, totals.files], [2, 1, 2]);
  });

  it('gives a page that says who decided, when and why, and that search engines forget', async () => {
    const pair = new GuardedPair();
    await pair.update({ ...THREE, [NOTE]: EXCLUDED }, { site: 'https://mirror.example/' });
    const html = pair.read(PAGE);
    const text = pageText(html).replaceAll(/\s+/g, ' ');
    assert.ok(text.includes(numberOf(R)));
    assert.match(text, /Decided by The operator of this mirror Decided on 2026-07-01 Reason A legal request/);
    assert.match(text, /A publisher asked us\./);
    assert.ok(elements(html).some(({ name, text: words }) => name === 'strong' && words === 'asked'));
    assert.match(text, /does not say that the record or the paper is wrong/);
    const metas = elements(html).filter(({ name }) => name === 'meta' || name === 'link');
    assert.ok(
      metas.some(({ attributes }) => attributes.get('name') === 'robots' && attributes.get('content') === 'noindex'),
    );
    assert.ok(!metas.some(({ attributes }) => attributes.get('rel') === 'canonical'));
    assert.doesNotMatch(html, /<script/);
    const home = pageText(pair.read('index.html')).replaceAll(/\s+/g, ' ');
    assert.match(home, /The operator of this mirror withholds 1 record because of a legal request\./);
    const report = pair.read('mirror-report/index.html');
    assert.match(report, new RegExp(`href="\\.\\./pith/${SUFFIX}/index\\.html"`));
  });

  it('brings the record back, byte for byte, when it is removed', async () => {
    const pair = new GuardedPair();
    await pair.update(THREE);
    const before = snapshot(pair.out);
    await pair.update({ [NOTE]: EXCLUDED });
    await pair.update({ [NOTE]: noteOf({}, 'Only words.') });
    assert.equal(pair.row(), '2026-06-02: held');
    assert.match(pageText(pair.read(PAGE)), /Only words/);
    await pair.update({ [NOTE]: EXCLUDED });
    await pair.update({ [NOTE]: null });
    assert.deepEqual(differences(snapshot(pair.out), before), []);
  });

  it('brings the record back if its bundle changes in the same moment', async () => {
    const pair = new GuardedPair();
    await pair.update({ ...THREE, [NOTE]: EXCLUDED });
    const events = [makeRecordCreated(R), makeSnapshot(R, paper(1)), makeCorrection(R, 'new')];
    const newer = bytesOf(makeBundle(R, events, { built_at: '2026-08-01T00:00:00Z' }));
    await pair.update({ [NOTE]: null, '1.json': newer });
    assert.equal(pair.row(), '2026-06-02: held');
  });

  it('gives the same site whether the bundle is kept or deleted', async () => {
    const pair = new GuardedPair();
    await pair.update({ ...THREE, [NOTE]: EXCLUDED });
    const kept = snapshot(pair.out);
    assert.equal(pair.row(), 'undated: withheld legal');
    await pair.update({ '1.json': null });
    assert.deepEqual(differences(snapshot(pair.out), kept), []);
    // Nothing of the record is held: the tombstone goes with its note, and that is no loss.
    const told = await pair.update({ [NOTE]: null });
    assert.deepEqual([told.published, pair.row()], [true, null]);
    assert.equal(existsSync(join(pair.out, 'pith', SUFFIX)), false);
  });

  it('needs no --allow-loss, while a record that vanishes beside it does', async () => {
    const pair = new GuardedPair();
    await pair.update(THREE);
    pair.edit({ [NOTE]: EXCLUDED, '2.json': null });
    const told = await mirror(pair.input, pair.out, { allowLoss: false });
    assert.equal(told.published, false);
    assert.deepEqual(told.loss?.lines, [`record ${numberOf(record(2)).slice(-26)}`]);
  });

  it('excludes a record that only a note describes, and one with several bundles', async () => {
    const pair = new GuardedPair();
    const alone = record(9);
    const quoting = { excluded: 'other', excluded_at: '2026-07-01', canonical_record: JSON.stringify(alone) };
    const events = [makeRecordCreated(R), makeCorrection(R, 'Quokka')];
    const second = bytesOf(makeBundle(R, events, { built_at: '2026-08-01T00:00:00Z' }));
    await pair.update({
      ...THREE,
      'copy.json': bundle(1),
      'second.json': second,
      [NOTE]: EXCLUDED,
      [`${numberOf(alone).slice(-26)}.md`]: noteOf(quoting, 'Not for us.', alone),
    });
    assert.equal(pair.row(), 'undated: withheld legal');
    assert.equal(pair.row(numberOf(alone).slice(-26)), 'undated: withheld other');
    const report = pair.read('mirror-report.json');
    assert.deepEqual(
      JSON.parse(report)
        .files.map(({ file }: { file: string }) => file)
        .sort(),
      ['2.json', '3.json'],
    );
    const home = pageText(pair.read('index.html')).replaceAll(/\s+/g, ' ');
    assert.match(home, /withholds 2 records: 1 because of a legal request, 1 for another reason\./);
  });

  it('is no longer another version of a paper that is published', async () => {
    const pair = new GuardedPair();
    const versions = [1, 2].map((version) => makeRecord({ id: '2606.00077', version }));
    const [first = R, second = R] = versions;
    const name = `${numberOf(first).slice(-26)}.md`;
    await pair.update({ '1.json': bytesOf(makeBundle(first)), '2.json': bytesOf(makeBundle(second)) });
    const page = `pith/${numberOf(second).slice(-26)}/index.html`;
    assert.match(pair.read(page), /Other versions here/);
    await pair.update({ [name]: noteOf({ excluded: 'duplicate', excluded_at: '2026-07-01' }, 'See v2.', first) });
    assert.doesNotMatch(pair.read(page), /Other versions here/);
  });

  it('may exclude everything', async () => {
    const pair = new GuardedPair();
    const told = await pair.update({ '1.json': bundle(1), [NOTE]: EXCLUDED });
    assert.deepEqual([told.published, told.refusal], [true, null]);
    assert.match(pair.read('records/snapshot.txt'), /^records 1$/m);
  });

  it('says so when a single page of the record is asked for', async () => {
    const pair = new GuardedPair();
    pair.edit({ ...THREE, [NOTE]: EXCLUDED });
    await assert.rejects(
      mirror(pair.input, pair.out, { only: new Set([SUFFIX]) }),
      new RegExp(`a note in the input excludes ${SUFFIX}`),
    );
  });

  it('gives the same site with the renderer of Astro', async () => {
    const pair = new GuardedPair();
    await pair.update({ ...THREE, [NOTE]: EXCLUDED }, { renderer: 'astro' });
    const other = join(pair.root, 'fast');
    await mirror(pair.input, other);
    assert.deepEqual(differences(snapshot(pair.out), snapshot(other)), []);
  });
});

describe('a note that excludes its record and has a mistake', () => {
  const cases: readonly (readonly [what: string, note: string, code: string, where: string, message: RegExp])[] = [
    [
      'an unknown reason',
      noteOf({ excluded: 'leagl', excluded_at: '2026-07-01' }),
      'unreadable',
      '/excluded',
      /expected one of legal, author_request, erratum, duplicate, other, got "leagl"/,
    ],
    [
      'a reason that is no text',
      noteOf({ excluded: 'true', excluded_at: '2026-07-01' }),
      'unreadable',
      '/excluded',
      /expected text, got true: put it in quotes/,
    ],
    ['no date', noteOf({ excluded: 'legal' }), 'unreadable', '/excluded_at', /such as 2026-06-01, got none/],
    [
      'a date in words',
      noteOf({ excluded: 'legal', excluded_at: '"last week"' }),
      'unreadable',
      '/excluded_at',
      /got "last week"/,
    ],
    ['no text', noteOf({ excluded: 'legal', excluded_at: '2026-07-01' }, ''), 'unreadable', '', /says why/],
    [
      'front matter that is not YAML',
      noteOf({ excluded: '[legal', excluded_at: '2026-07-01' }),
      'unreadable',
      '',
      /YAML/,
    ],
    [
      'the number of another year',
      EXCLUDED.replace(/pith:2026:/, 'pith:2025:'),
      'number_mismatch',
      '/pith_number',
      /expected pith:2026:/,
    ],
  ];
  const pair = new GuardedPair();
  for (const [what, note, code, where, message] of cases) {
    it(`is reported, and the record is withheld all the same: ${what}`, async () => {
      const told = await pair.update({ ...THREE, [NOTE]: note });
      assert.equal(told.published, true);
      const [report, ...others] = told.report.troubled;
      const [finding] = report?.findings ?? [];
      assert.deepEqual([report?.file, others.length, finding?.code, finding?.where], [NOTE, 0, code, where]);
      assert.match(finding?.message ?? '', message);
      assert.deepEqual(readdirSync(join(pair.out, 'pith', SUFFIX)), ['index.html']);
      assert.match(pair.row() ?? '', /^undated: withheld (other|legal)$/);
    });
  }

  it('publishes a record whose note is broken and excludes nothing', async () => {
    const pair = new GuardedPair();
    const told = await pair.update({ ...THREE, [NOTE]: noteOf({ colour: 'red' }, 'excluded: no') });
    assert.equal(told.report.troubled.length, 1);
    assert.equal(pair.row(), '2026-06-02: held');
  });

  it('refuses a date of a decision without one', async () => {
    const pair = new GuardedPair();
    const told = await pair.update({ ...THREE, [NOTE]: noteOf({ excluded_at: '2026-07-01' }) });
    assert.match(told.report.troubled[0]?.findings[0]?.message ?? '', /expected "excluded" beside it/);
  });

  it('leaves nothing of a record that is not held, but the report', async () => {
    const pair = new GuardedPair();
    const other = record(8);
    const name = `${numberOf(other).slice(-26)}.md`;
    const told = await pair.update({ ...THREE, [name]: noteOf({ excluded: 'no' }, 'x', other) });
    assert.equal(told.report.troubled[0]?.file, name);
    assert.equal(existsSync(join(pair.out, 'pith', name.slice(0, 26))), false);
  });
});

describe('other parts of the circle and a withheld record', () => {
  it('audit finds nothing wrong, and what is left over of it', async () => {
    const pair = new GuardedPair();
    await pair.update({ ...THREE, [NOTE]: EXCLUDED });
    const good = await auditOf(pair.out);
    assert.deepEqual([good.problems, good.isComplete, good.bundles], [[], true, 2]);
    mkdirSync(join(pair.out, 'pith', SUFFIX), { recursive: true });
    writeFileSync(join(pair.out, 'pith', SUFFIX, 'bundle.json'), bundle(1));
    const left = await auditOf(pair.out);
    assert.deepEqual(
      left.problems.map(({ code, path }) => [code, path]),
      [['extra', `pith/${SUFFIX}/bundle.json`]],
    );
  });

  it('compare names it as withheld, with or without its bundle', async () => {
    const [all, without, gone] = [new GuardedPair(), new GuardedPair(), new GuardedPair()];
    await all.update(THREE);
    await without.update({ ...THREE, [NOTE]: EXCLUDED });
    await gone.update({ '2.json': bundle(2), '3.json': bundle(3), [NOTE]: EXCLUDED });
    for (const other of [without, gone]) {
      const found = await compareMirrors({ a: await sourceOf(all.out), b: await sourceOf(other.out) }, 10);
      assert.deepEqual(
        [found.withheldByB, found.onlyInA, found.statesDiffer, found.bytesDiffer, found.equal],
        [[SUFFIX], [], [], [], 2],
      );
    }
    const both = await compareMirrors({ a: await sourceOf(without.out), b: await sourceOf(gone.out) }, 10);
    assert.deepEqual([both.equal, both.a], [3, both.b]);
  });

  it('join gives what one build of everything gives, and needs no --allow-loss', async () => {
    const pair = new GuardedPair();
    const input = { ...THREE, [NOTE]: EXCLUDED };
    await pair.update(THREE);
    await pair.update(input);
    const shards = await Promise.all(
      [1, 2].map(async (index) => {
        const out = join(pair.root, `shard-${index}`);
        await mirror(pair.input, out, { shard: { index, count: 2 } });
        return out;
      }),
    );
    const own = shards[shardOfSuffix(SUFFIX, 2) - 1] ?? '';
    assert.equal(readFileSync(join(own, '.pith-mirror-shard.jsonl')).includes('Quokka'), false);
    const options = {
      shards,
      trust: testTrust,
      site: null,
      strict: false,
      allowLoss: false,
      clean: false,
      flush: false,
    };
    const quiet = { stage: () => undefined, step: () => undefined, note: () => undefined };
    const out = join(pair.root, 'joined');
    await mirror(pair.input, out, { only: null });
    // Over a site in which the record was published.
    const before = join(pair.root, 'before');
    rmSync(join(pair.input, NOTE));
    await mirror(pair.input, before);
    for (const target of [join(pair.root, 'new'), before]) {
      const result = await joinMirror({ ...options, out: target }, quiet);
      assert.deepEqual([result.published, result.loss], [true, null]);
      assert.deepEqual(differences(snapshot(target), snapshot(out)), []);
    }
  });
});
