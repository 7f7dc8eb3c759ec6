/** The report in one file or in several: the same document. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contentText } from '../../../src/mirror/base/disk.ts';
import { type FileReport, fileLine, Report, readReport } from '../../../src/mirror/judge/report.ts';
import { encodeUtf8 } from '../../../src/protocol/index.ts';
import { sha256 } from '../../../src/records/lists.ts';
import { testTrust } from '../../support/bundles/make-bundle.ts';

const reported = (i: number, changes: Partial<FileReport> = {}): FileReport => ({
  file: `bundles/${i}.json`,
  sha256: sha256(String(i)),
  outcome: 'findings',
  pith_number: null,
  bundle_sha256: null,
  state_sha256: null,
  applied_event_ids: [],
  findings: [{ code: 'title_mismatch', where: '', event_id: null, message: 'a text with \n  "parts": [ in it' }],
  checked: { signatures: 2, digests: 3 },
  ...changes,
});
const reportOf = (count: number): Report => {
  const reports = Array.from({ length: count }, (_, i) => reported(i));
  const unread = reported(count, { sha256: null, outcome: 'rejected' });
  return new Report('1.0.0', testTrust, [...reports, unread].map(fileLine), { all: count, recordOnly: 0 });
};
const whole = (report: Report): string => Array.from(report.pieces(), contentText).join('');
const filesOf = (report: Report, most?: number): ReadonlyMap<string, string> =>
  new Map(report.files(most).map(({ path, pieces }) => [path, Array.from(pieces(), contentText).join('')]));
const readBack = (files: ReadonlyMap<string, string>): string =>
  Array.from(
    readReport((path) => encodeUtf8(files.get(path) ?? assert.fail(`no ${path}`))),
    contentText,
  ).join('');

describe('the files of a report', () => {
  it('are one, with the whole document, as long as it is small', () => {
    const report = reportOf(50);
    assert.deepEqual([...filesOf(report)], [['mirror-report.json', whole(report)]]);
    assert.equal(readBack(filesOf(report)), whole(report));
  });

  it('are several beyond the limit, none above it, and read back to the same bytes', () => {
    const report = reportOf(600);
    for (const [most, digits] of [
      [100_000, 1],
      [10_000, 2],
    ] as const) {
      const files = filesOf(report, most);
      const { parts, totals, files: inline } = JSON.parse(files.get('mirror-report.json') ?? '');
      assert.deepEqual([totals.files, inline], [601, undefined]);
      assert.deepEqual(
        [...files.keys()].slice(1),
        parts.map(({ path }: { path: string }) => path),
      );
      for (const { path, files: count, sha256: digest } of parts) {
        const text = files.get(path) ?? '';
        const found = JSON.parse(text).files as readonly FileReport[];
        assert.equal(found.length, count);
        assert.equal(sha256(text), digest);
        assert.ok(text.length <= most + 100, `${path}: ${text.length}`);
        const name = /^mirror-report\/files-(\w+)\.json$/.exec(path)?.[1];
        assert.ok(
          found.every((file) => (file.sha256?.slice(0, digits) ?? 'unread') === name),
          path,
        );
      }
      assert.equal(readBack(files), whole(report));
    }
  });

  it('change in one part only when a file is added', () => {
    const [before, after] = [filesOf(reportOf(600), 50_000), filesOf(reportOf(601), 50_000)];
    const changed = [...after].filter(([path, text]) => before.get(path) !== text).map(([path]) => path);
    // The list, the part of the new file, and that of the unread one, whose name the test derives from the count.
    assert.equal(changed.length, 3);
    assert.ok(changed.includes('mirror-report.json') && changed.includes('mirror-report/files-unread.json'));
  });
});
