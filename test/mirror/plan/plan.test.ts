/** The plan: which records there are, what each is made of, and what only appears together with others. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { contentText } from '../../../src/mirror/base/disk.ts';
import { type JudgedFile, judgeBundle } from '../../../src/mirror/judge/judge.ts';
import type { FileReport } from '../../../src/mirror/judge/report.ts';
import type { RecordEntry } from '../../../src/mirror/plan/plan.ts';
import { isNoteName, type Note, readNote } from '../../../src/mirror/read/notes.ts';
import { encodeUtf8 } from '../../../src/protocol/index.ts';
import { at, bundle, event, RECORD, UNKNOWN_ID } from '../../support/bundles/histories.ts';
import {
  bytesOf,
  type Data,
  makeBundle,
  makeRecord,
  numberOf,
  testTrust,
  withState,
} from '../../support/bundles/make-bundle.ts';
import { filesOf, type MirrorPlan, makePlan, type PlanInput, reportOfPlan } from '../../support/bundles/plan.ts';
import { defaultTrust, SEED_SUFFIX, seedBytes } from '../../support/bundles/vectors.ts';

const judge = (name: string, data: Data): JudgedFile => judgeBundle(name, bytesOf(data), testTrust);

function noteOf(record: Data, changes: Data = {}, folder = ''): Note {
  const members = { pith_number: numberOf(record), canonical_record: record, ...changes };
  const lines = Object.entries(members).flatMap(([key, value]) =>
    value === undefined ? [] : `${key}: ${JSON.stringify(value)}\n`,
  );
  const file = `${folder}${members.pith_number.slice(-26)}.md`;
  return readNote(file, encodeUtf8(`---\n${lines.join('')}---\nWords.`), testTrust);
}

function planOf(input: Partial<PlanInput>): MirrorPlan {
  return makePlan({ judged: [], notes: [], rejected: [], trust: testTrust, ...input });
}

const codes = (findings: readonly { readonly code: string }[]): readonly string[] => findings.map(({ code }) => code);
const only = ({ records }: MirrorPlan): RecordEntry => {
  assert.equal(records.length, 1);
  return records[0] ?? assert.fail();
};
const fileOf = ({ files }: MirrorPlan, name: string): FileReport =>
  files.find(({ file }) => file === name) ?? assert.fail(`no report of ${name}`);

/** What may not depend on names or order: all but the names of files. */
function shapeOf(plan: MirrorPlan): Data {
  const report = reportOfPlan(plan);
  return {
    report: { ...report, files: report.files.map(({ file: _, ...rest }) => rest) },
    records: plan.records.map((entry) => ({
      number: entry.identified.pithNumber,
      findings: entry.findings,
      checks: entry.checks,
      files: filesOf(entry).map(({ path, content }) => [path, contentText(content)]),
      notes: entry.notes.map(({ sha256 }) => sha256),
      received: entry.received.map(({ bytesSha256 }) => bytesSha256),
    })),
  };
}

// Found by trying some 1.2 million ids: the digests of these two records agree in their first 40 bits.
const collided = [makeRecord({ id: '2606.962346' }), makeRecord({ id: '2606.1225389' })];
const [one, two] = ['one', 'two'].map((target, i) => event('correction', { target, created_at: at(i) }));

describe('collisions', () => {
  test('the two records of the fixture collide', () => {
    const suffixes = collided.map((record) => numberOf(record).slice(-26));
    assert.equal(new Set(suffixes).size, 2);
    assert.equal(new Set(suffixes.map((suffix) => suffix.slice(0, 8))).size, 1);
  });

  for (const [what, input] of [
    ['two bundles', { judged: collided.map((record, i) => judge(`${i}.json`, makeBundle(record))) }],
    ['two notes', { notes: collided.map((record) => noteOf(record)) }],
    [
      'a bundle and a note',
      { judged: [judge('a.json', makeBundle(collided[0]))], notes: collided.slice(1).map((record) => noteOf(record)) },
    ],
  ] as const) {
    test(`short_number_collision: ${what} that share a short number are two records, and each names the other`, () => {
      const plan = planOf(input);
      assert.equal(plan.records.length, 2);
      for (const [i, { findings }] of plan.records.entries()) {
        assert.deepEqual(
          findings.map(({ code, where }) => [code, where]),
          [['short_number_collision', '/short_pith_number']],
        );
        assert.ok(findings[0]?.message.includes(plan.records[1 - i]?.identified.pithNumber ?? '?'));
      }
      assert.equal(plan.files.length, 2);
      for (const { outcome, findings } of plan.files) {
        assert.equal(outcome, 'findings');
        assert.deepEqual(codes(findings), ['short_number_collision']);
      }
    });
  }

  test('alias_conflict is found for two records of the same version of a paper', () => {
    const records = [makeRecord(), makeRecord({ title: 'Another title' })];
    const plan = planOf({ judged: records.map((record, i) => judge(`${i}.json`, makeBundle(record))) });
    assert.equal(plan.records.length, 2);
    for (const { findings } of plan.records) assert.ok(codes(findings).includes('alias_conflict'));
    for (const { findings } of plan.files) assert.ok(codes(findings).includes('alias_conflict'));
  });

  test('two versions of one paper share an arXiv id and a DOI without a conflict', () => {
    const records = [
      makeRecord(),
      makeRecord({ version: 2 }),
      makeRecord({ version: 11 }),
      makeRecord({ version: 1, id: 'x' }),
    ];
    const plan = planOf({ notes: records.map((record) => noteOf(record)) });
    assert.equal(plan.records.length, 4);
    assert.deepEqual(
      plan.records.flatMap(({ findings }) => findings),
      [],
    );
  });
});

describe('several bundles of one number', () => {
  const older = judge('older.json', withState(bundle([one], { built_at: at(10) })));
  const newer = judge('newer.json', withState(bundle([one, two], { built_at: at(11) })));

  test('they become one record, and each stays available byte for byte, newest first', () => {
    const entry = only(planOf({ judged: [older, newer] }));
    assert.deepEqual(
      entry.received.map(({ report }) => report.file),
      ['newer.json', 'older.json'],
    );
    const files = new Map(filesOf(entry).map(({ path, content }) => [path, content]));
    const base = `pith/${numberOf(RECORD).slice(-26)}`;
    assert.equal(files.get(`${base}/bundle.json`), newer.bundle?.bytes);
    for (const { bytesSha256, bundle: read } of entry.received) {
      assert.equal(files.get(`${base}/bundles/${bytesSha256}.json`), read.bytes);
    }
  });

  test('bundles that agree give no finding', () => {
    const plan = planOf({ judged: [older, newer] });
    assert.deepEqual(only(plan).findings, []);
    assert.deepEqual(
      plan.files.map(({ outcome }) => outcome),
      ['verified', 'verified'],
    );
  });

  test('events_withheld and split_view appear on the record and in the report of each file', () => {
    const lost = judge('lost.json', bundle([], { built_at: at(12) }));
    const split = judge('split.json', bundle([two], { built_at: at(12) }));
    for (const [other, code] of [
      [lost, 'events_withheld'],
      [split, 'split_view'],
    ] as const) {
      const plan = planOf({ judged: [older, other] });
      assert.deepEqual(codes(only(plan).findings), [code]);
      for (const { findings, outcome } of plan.files) {
        assert.ok(codes(findings).includes(code));
        assert.equal(outcome, 'findings');
      }
    }
  });

  test('a finding of one file does not appear in the report of another', () => {
    const wrong = judge('wrong.json', bundle([one], { built_at: at(9), state: { state_type: 'wrong' } }));
    const plan = planOf({ judged: [wrong, newer] });
    assert.deepEqual(codes(only(plan).findings), ['state_mismatch']);
    assert.deepEqual(codes(fileOf(plan, 'wrong.json').findings), ['state_mismatch']);
    assert.deepEqual(fileOf(plan, 'newer.json').findings, []);
    assert.equal(fileOf(plan, 'newer.json').outcome, 'verified');
  });

  test('a problem that another bundle of the number resolves is not a finding on the record', () => {
    const next = event('correction', { prev_event: two.event_id, created_at: at(3) });
    const alone = judge('alone.json', bundle([next], { built_at: at(9) }));
    assert.deepEqual(codes(alone.report.findings), ['dangling_prev_event']);
    const whole = judge('whole.json', bundle([one, two, next], { built_at: at(12) }));
    const plan = planOf({ judged: [alone, whole] });
    assert.deepEqual(codes(only(plan).findings), []);
    assert.deepEqual(codes(fileOf(plan, 'whole.json').findings), []);
  });

  test('a problem of one event is one finding on the record, wherever the event stands in each bundle', () => {
    const odd = event('correction', { prev_event: UNKNOWN_ID });
    const receiptless = event('graph_snapshot', { payload: { graph_snapshot: { paper: { title: 'Wrong' } } } });
    const plan = planOf({
      judged: [
        judge('a.json', bundle([odd, receiptless], { built_at: at(9) })),
        judge('b.json', bundle([receiptless, odd], { built_at: at(10) })),
      ],
    });
    assert.deepEqual([...codes(only(plan).findings)].sort(), ['dangling_prev_event', 'title_mismatch']);
  });

  test('the same bytes under two names are one bundle', () => {
    const plan = planOf({
      judged: [newer, judgeBundle('copy.json', newer.bundle?.bytes ?? new Uint8Array(), testTrust)],
    });
    assert.equal(only(plan).received.length, 1);
    assert.deepEqual(only(plan).findings, []);
    assert.equal(plan.files.length, 2);
    assert.equal(
      filesOf(only(plan)).some(({ path }) => path.includes('/bundles/')),
      false,
    );
  });

  test('one bundle in two layouts gives each finding once', () => {
    const data = bundle([event('a kind of its own')], { built_at: at(13) });
    const spaced = judgeBundle('spaced.json', encodeUtf8(JSON.stringify(data, null, 1)), testTrust);
    const plan = planOf({ judged: [judge('compact.json', data), spaced] });
    assert.deepEqual(codes(only(plan).findings), ['unknown_event_type']);
  });

  test('a rejected bundle next to a good one does not change the record', () => {
    const bad = judgeBundle('bad.json', bytesOf({ ...bundle([one, two]), links: { changed: true } }), testTrust);
    assert.equal(bad.bundle, null);
    const plan = planOf({ judged: [bad, newer] });
    const { report: _, ...alone } = shapeOf(planOf({ judged: [newer] }));
    const { report: __, ...rest } = shapeOf(plan);
    assert.deepEqual(rest, alone);
    assert.equal(fileOf(plan, 'bad.json').outcome, 'rejected');
    assert.ok(codes(fileOf(plan, 'bad.json').findings).includes('bundle_hash_mismatch'));
  });
});

describe('notes', () => {
  const record = makeRecord();
  const judged = [judge('a.json', makeBundle(record))];
  const bare = { canonical_record: undefined };

  test('a note with a record and without a bundle gives a record-only entry', () => {
    const plan = planOf({ notes: [noteOf(record)] });
    const entry = only(plan);
    assert.deepEqual([entry.merged, entry.received, entry.findings], [null, [], []]);
    assert.equal(entry.identified.pithNumber, numberOf(record));
    assert.deepEqual(
      filesOf(entry).map(({ path }) => path.replace(`pith/${numberOf(record).slice(-26)}/`, '')),
      ['record.jsonld', 'cite.bib', 'badge.svg'],
    );
    assert.deepEqual(plan.files, []);
    const { records, record_only } = reportOfPlan(plan).totals;
    assert.deepEqual([records, record_only], [1, 1]);
  });

  test('a note next to a bundle belongs to its record and changes nothing that is verified', () => {
    for (const note of [noteOf(record), noteOf(record, bare)]) {
      const entry = only(planOf({ judged, notes: [note] }));
      assert.deepEqual(entry.notes, [note]);
      assert.deepEqual(entry.checks, only(planOf({ judged })).checks);
      assert.deepEqual(entry.findings, []);
    }
  });

  test('a note without a record and without a bundle is rejected and gives no record', () => {
    const plan = planOf({ notes: [noteOf(record, bare)] });
    assert.deepEqual(plan.records, []);
    assert.deepEqual(
      plan.files.map(({ outcome, findings }) => [outcome, codes(findings)]),
      [['rejected', ['record_schema']]],
    );
  });

  test('two notes of one number are both kept if one of them has a record', () => {
    const notes = [
      noteOf(record, bare, 'a/'),
      noteOf(record, {}, 'b/'),
      noteOf(record, { ...bare, collections: ['c'] }, 'c/'),
    ];
    const plan = planOf({ notes });
    assert.equal(only(plan).notes.length, 3);
    assert.deepEqual(plan.files, []);
  });

  test('a finding of a note is reported, and its record-only entry shows it', () => {
    const plan = planOf({ notes: [noteOf(record, { title: 'Wrong' })] });
    assert.deepEqual(codes(only(plan).findings), ['title_mismatch']);
    assert.deepEqual(
      plan.files.map(({ outcome, findings }) => [outcome, codes(findings)]),
      [['findings', ['title_mismatch']]],
    );
  });

  test('a note next to a bundle whose number has the wrong year is a number_mismatch', () => {
    const note = noteOf(record, { ...bare, pith_number: numberOf(record).replace('2026', '1999') });
    const plan = planOf({ judged, notes: [note] });
    assert.deepEqual(
      plan.files.filter(({ file }) => file === note.file).map(({ findings }) => codes(findings)),
      [['number_mismatch']],
    );
  });

  test('a note next to a rejected bundle alone is rejected as well', () => {
    const bad = judgeBundle('bad.json', encodeUtf8('{}'), testTrust);
    const plan = planOf({ judged: [bad], notes: [noteOf(record, bare)] });
    assert.deepEqual(plan.records, []);
    assert.deepEqual(
      plan.files.map(({ outcome }) => outcome),
      ['rejected', 'rejected'],
    );
  });

  test('the real input gives one full record and three record-only ones, without a finding', () => {
    const folder = new URL('../../../bundles/', import.meta.url);
    const notes = readdirSync(folder)
      .filter(isNoteName)
      .map((file) => readNote(file, new Uint8Array(readFileSync(new URL(file, folder))), defaultTrust()));
    const real = judgeBundle(`${SEED_SUFFIX}.bundle.json`, seedBytes(), defaultTrust());
    const plan = planOf({ judged: [real], notes, trust: defaultTrust() });
    assert.deepEqual(plan.records.map(({ merged }) => merged !== null).toSorted(), [false, false, false, true]);
    assert.deepEqual(
      plan.records.flatMap(({ findings }) => findings),
      [],
    );
    assert.deepEqual(
      plan.files.map(({ outcome }) => outcome),
      ['verified'],
    );
  });
});

describe('names and order have no influence', () => {
  const other = makeRecord({ id: '2606.00077' });
  const bad = changedEvent();
  const contents: readonly Data[] = [
    bundle([one], { built_at: at(10) }),
    bundle([two], { built_at: at(11) }),
    bundle([one, bad], { built_at: at(11), links: { again: true } }),
    makeBundle(collided[0]),
    makeBundle(collided[1]),
    makeBundle(makeRecord({ title: 'Another title' })),
    { ...makeBundle(makeRecord()), links: 5 },
  ];
  const notes = [noteOf(other), noteOf(other, { title: 'Wrong' }), noteOf(makeRecord({ id: '2606.00078' }))];
  const plan = (order: (i: number, n: number) => number, name: (i: number) => string): Data => {
    const arrange = <T>(items: readonly T[]): readonly T[] =>
      items
        .map((item, i) => [order(i, items.length), item] as const)
        .toSorted(([a], [b]) => a - b)
        .map(([, item]) => item);
    return shapeOf(planOf({ judged: arrange(contents.map((data, i) => judge(name(i), data))), notes: arrange(notes) }));
  };
  const usual = plan(
    (i) => i,
    (i) => `${i}.json`,
  );

  for (const [what, order, name] of [
    ['reversed', (i: number) => -i, (i: number) => `${i}.json`],
    ['shuffled', (i: number, n: number) => (i * 5 + 3) % n, (i: number) => `${i}.json`],
    ['renamed', (i: number) => i, (i: number) => `z/${9 - i}.json`],
    ['renamed and shuffled', (i: number, n: number) => (i * 3 + 1) % n, (i: number) => `${'ba'.repeat(9 - i)}.json`],
  ] as const) {
    test(`files ${what} give the same plan`, () => assert.deepEqual(plan(order, name), usual));
  }

  test('records are listed newest first, then by suffix', () => {
    const dates = ['2026-06-22T16:06:11Z', '2026-06-23T00:00:00Z', '2025-01-01T00:00:00Z', '2026-06-22T16:06:11Z'];
    const records = dates.map((submitted_at, i) => makeRecord({ id: `a/${i}`, metadata: { submitted_at } }));
    const listed = planOf({ notes: records.map((item) => noteOf(item)) }).records.map(({ identified }) => [
      identified.record.submittedAt,
      identified.suffix,
    ]);
    const key = ([date = '', suffix = '']: readonly string[]): string =>
      `${9999 - Number(date.slice(0, 4))}${date}${suffix}`;
    assert.equal(new Set(listed.map(key)).size, 4);
    assert.deepEqual(
      listed.map(([date]) => date),
      [...dates].sort().toReversed(),
    );
    const [, first = [], second = []] = listed;
    assert.ok(String(first[1]) < String(second[1]));
  });
});

function changedEvent(): Data {
  return { ...event('mirror_hint'), target: 'changed' };
}
