/** The pages of the report: all that is wrong, by reason, in parts that stay where they are. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { FileReport, ReportFinding } from '../../../src/mirror/judge/report.ts';
import type { Catalogue } from '../../../src/mirror/plan/catalogue.ts';
import { FILE_FINDINGS, PAGE_FILES, type ReportListPage, reportPages } from '../../../src/mirror/plan/report-pages.ts';
import { madeEntries } from '../../support/bundles/catalogue.ts';
import { testTrust } from '../../support/bundles/make-bundle.ts';

const entries = madeEntries(3);
const finding = (code: ReportFinding['code']): ReportFinding => ({
  code,
  where: '',
  event_id: null,
  message: 'made up',
});

function file(name: string, outcome: FileReport['outcome'], ...codes: readonly ReportFinding['code'][]): FileReport {
  return {
    file: name,
    sha256: null,
    outcome,
    pith_number: entries[0]?.pithNumber ?? null,
    bundle_sha256: null,
    state_sha256: null,
    applied_event_ids: [],
    findings: codes.map(finding),
    checked: { signatures: 0, digests: 0 },
  };
}

function pagesOf(troubled: readonly FileReport[]): ReadonlyMap<string, ReportListPage> {
  const totals = {
    files: 9,
    verified: 9,
    with_findings: 0,
    rejected: 0,
    findings: 0,
    signatures: 0,
    digests: 0,
    records: 3,
    record_only: 0,
    withheld: 0,
  };
  const catalogue: Catalogue = {
    site: null,
    trust: testTrust,
    version: '0',
    entries,
    withheld: [],
    totals,
    troubled,
    operator: null,
    timestamps: [],
  };
  return new Map([...reportPages(catalogue)].map((page) => [page.path, page]));
}

describe('the report', () => {
  it('is one page if nothing is wrong', () => {
    assert.deepEqual([...pagesOf([]).keys()], ['mirror-report/index.html']);
  });

  it('lists each file under each of its reasons, and links only what is published', () => {
    const pages = pagesOf([
      file('b.json', 'rejected', 'not_json'),
      file('a.json', 'findings', 'equivocation', 'state_mismatch', 'equivocation'),
      { ...file('c.json', 'findings', 'equivocation'), pith_number: 'pith:2026:AAAAAAAAAAAAAAAAAAAAAAAAAA' },
    ]);
    assert.deepEqual(
      [...pages.values()].map(({ path, rows }) => [path, rows.map((row) => row.file)]),
      [
        ['mirror-report/index.html', ['a.json', 'b.json', 'c.json']],
        ['mirror-report/not_json/index.html', ['b.json']],
        ['mirror-report/state_mismatch/index.html', ['a.json']],
        ['mirror-report/equivocation/index.html', ['a.json', 'c.json']],
      ],
    );
    const first = pages.get('mirror-report/index.html');
    assert.deepEqual(
      first?.rows.map(({ suffix }) => suffix),
      [entries[0]?.suffix, null, null],
    );
    assert.deepEqual(
      first?.parts.map(({ code, files }) => [code, files]),
      [
        ['not_json', 1],
        ['state_mismatch', 1],
        ['equivocation', 2],
      ],
    );
  });

  it('shows the first findings of a file that has very many, and says how many more there are', () => {
    const many = { ...file('a.json', 'findings'), findings: Array.from({ length: 50 }, () => finding('event_schema')) };
    const [row] = pagesOf([many]).get('mirror-report/event_schema/index.html')?.rows ?? [];
    assert.deepEqual([row?.findings.length, row?.more], [FILE_FINDINGS, 50 - FILE_FINDINGS]);
  });

  it('keeps each page short for any number of files, lists each file, and changes only the pages of a file that is added', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1500 }), fc.nat(), (count, added) => {
        const files = Array.from({ length: count }, (_, i) => file(`${i}.json`, 'rejected', 'bad_signature'));
        const [before, after] = [
          pagesOf(files),
          pagesOf([...files, file(`new ${added}`, 'rejected', 'bad_signature')]),
        ];
        for (const { rows } of before.values()) assert.ok(rows.length <= PAGE_FILES);
        const found = [...before.values()].filter(({ code }) => code !== null).flatMap(({ rows }) => rows);
        assert.deepEqual(found.map((row) => row.file).sort(), files.map((given) => given.file).sort());
        const changed = [...before].filter(([path, page]) => JSON.stringify(after.get(path)) !== JSON.stringify(page));
        assert.ok(changed.every(([path]) => after.has(path)));
        // The first page, and one at each level below.
        assert.ok(changed.length <= 5, changed.map(([path]) => path).join());
        for (const { parts, above } of after.values()) {
          for (const { path } of [...parts, ...above]) assert.ok(after.has(path), path);
        }
      }),
      { numRuns: 25, seed: 2 },
    );
  });
});
