/** The texts of an index, read strictly: a mirror's index comes from a stranger. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { formatRow, parseBucket } from '../../src/records/bucket.ts';
import { IndexError } from '../../src/records/index-error.ts';
import { bucketOf } from '../../src/records/layout.ts';
import {
  formatList,
  formatSnapshot,
  parseSnapshot,
  parseTopList,
  parseYearList,
  rowOfYear,
  snapshotOf,
} from '../../src/records/lists.ts';
import { formatSums, packSums, parseSums, unpackSums } from '../../src/records/sums.ts';

const { files } = JSON.parse(readFileSync(new URL('../vectors/record-index.json', import.meta.url), 'utf8')) as {
  readonly files: Readonly<Record<string, string>>;
};
const bucket = files['records/2026/2026-05-21.tsv'] ?? '';
const year = files['records/2026/index.tsv'] ?? '';
const top = files['records/index.tsv'] ?? '';
const snapshot = files['records/snapshot.txt'] ?? '';
const [first = '', second = ''] = bucket.split(/(?<=\n)/);
const A = 'a'.repeat(64);
const SUFFIX = 'A'.repeat(26);

/** @param message that must be said: the file, the line and what is wrong. */
const refuses = (parse: () => unknown, message: RegExp): void =>
  assert.throws(parse, (error) => error instanceof IndexError && message.test(error.message));

describe('the bucket of a record', () => {
  it('is the day of its submission, in UTC as the record says it', () => {
    assert.equal(bucketOf('2026-05-21T23:59:59Z'), '2026-05-21');
  });
  it('is "undated" if the date is unknown or invalid', () => {
    assert.equal(bucketOf(null), 'undated');
    assert.equal(bucketOf('../../etc/x'), 'undated');
  });
});

describe('a bucket', () => {
  it('reads back the rows that were written', () => {
    assert.equal(parseBucket('2026-05-21', bucket).map(formatRow).join(''), bucket);
  });

  it('is refused with the file and the line if it is not exactly in the format', () => {
    const parse = (text: string) => () => parseBucket('2026-05-21', text);
    refuses(parse(bucket.slice(0, -1)), /^records\/2026\/2026-05-21\.tsv:\d+: expected a line feed at the end/);
    refuses(parse(second + first), /2026-05-21\.tsv:2: expected lines in order/);
    refuses(parse(first + first), /tsv:2: expected lines in order, each once/);
    refuses(parse(first.replace('\n', '\r\n')), /tsv:1: expected a suffix, a state digest/);
    refuses(parse(first.toLowerCase()), /tsv:1: expected a suffix/);
    refuses(parse(`${SUFFIX}\twithheld\tboredom\n`), /one of legal, .* \(found "AAA/);
    refuses(parse(`${SUFFIX}\t${A}\t\n`), /tsv:1: expected a suffix/);
    refuses(parse(`${SUFFIX}\t${A}\t${A},${A}\n`), /tsv:1: expected the digests of the bundles in order, each once/);
    refuses(parse(`${SUFFIX}\t${A}\t${A}\textra\n`), /tsv:1: expected a suffix/);
  });
});

describe('a list', () => {
  it('reads back the rows that were written', () => {
    assert.equal(formatList(parseYearList('2026', year)), year);
    assert.equal(formatList(parseTopList(top)), top);
  });

  it('is refused if it names anything but the buckets of its year', () => {
    const parse = (text: string) => () => parseYearList('2026', text);
    refuses(parse(year.replace('2026-05-21.tsv', '2025-05-21.tsv')), /^records\/2026\/index\.tsv:1: expected a name/);
    refuses(parse(year.replace('2026-05-21.tsv', '../../x.tsv')), /index\.tsv:1: expected a name/);
    refuses(parse(year.replace(/\t\d+\t/, '\t007\t')), /index\.tsv:1: expected a name, a count and two digests/);
    refuses(
      () => parseTopList(top.replace('2026/index.tsv', '2026/../index.tsv')),
      /^records\/index\.tsv:\d: expected/,
    );
  });
});

describe('a snapshot', () => {
  it('is what the lists below it say', () => {
    const rows = parseTopList(top);
    assert.deepEqual(parseSnapshot(snapshot), snapshotOf(rows));
    assert.equal(formatSnapshot(snapshotOf(rows)), snapshot);
    const [row] = rows.filter(({ name }) => name === '2026/index.tsv');
    assert.deepEqual(row, rowOfYear('2026', parseYearList('2026', year)));
  });

  it('is refused if a line is missing, of another version, or too many', () => {
    refuses(
      () => parseSnapshot('<!DOCTYPE html>\n<title>Not found</title>\n'),
      /^records\/snapshot\.txt:1: expected "pith-/,
    );
    refuses(
      () => parseSnapshot(snapshot.replace('v1', 'v2')),
      /snapshot\.txt:1: expected "pith-mirror snapshot v1" \(found/,
    );
    refuses(() => parseSnapshot(`${snapshot}more\n`), /expected the lines/);
    refuses(() => parseSnapshot(snapshot.slice(0, -1)), /expected the lines/);
    refuses(() => parseSnapshot(snapshot.replace(/records \d+/, 'records -1')), /expected the lines/);
  });
});

describe('sums', () => {
  const sums = [
    { path: `pith/${SUFFIX}/index.html`, sha256: A },
    { path: `.well-known/pith/${SUFFIX}/bundle.json`, sha256: 'b'.repeat(64) },
  ];

  it('read back the files that were written, sorted by path', () => {
    assert.deepEqual(parseSums('sums/x', formatSums(sums)), sums.toReversed());
  });

  it('are refused if a path could lead out of the site', () => {
    for (const path of ['../x', '/etc/passwd', 'a/../b', 'a//b', './a', 'a b', 'a\\b'])
      refuses(() => parseSums('sums/x', `${A}  ${path}\n`), /^sums\/x:1: expected a SHA-256, two blanks and a path/);
  });

  it('of one record are packed without loss', () => {
    assert.deepEqual(unpackSums(SUFFIX, packSums(SUFFIX, sums)), sums);
    assert.ok(packSums(SUFFIX, sums).length < formatSums(sums).length * 0.7);
  });
});
