import assert from 'node:assert/strict';
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { checkSite } from '../../src/mirror/check.ts';
import { recordFiles, siteFiles } from '../../src/mirror/documents.ts';
import { BuildError } from '../../src/mirror/failure.ts';
import { HOME, recordPage } from '../../src/mirror/paths.ts';
import { makePlan } from '../../src/mirror/plan.ts';
import { judgeBundle } from '../../src/mirror/report.ts';
import { temporaryFolder } from '../support/cli.ts';
import {
  bytesOf,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  testTrust,
} from '../support/make-bundle.ts';
import { writeFiles } from '../support/site.ts';

const record = makeRecord();
const base = [makeRecordCreated(record), makeSnapshot(record)];
const bundles = {
  single: [makeBundle(record, base)],
  assembled: [
    makeBundle(record, [...base, makeCorrection(record, 'a')]),
    makeBundle(record, [...base, makeCorrection(record, 'b')]),
  ],
};

function planOf(kind: keyof typeof bundles) {
  const judged = bundles[kind].map((bundle, i) => judgeBundle(`${i}.json`, bytesOf(bundle), testTrust));
  return makePlan({ judged, notes: [], rejected: [], trust: testTrust, version: '0', site: null });
}

/** A site as the stages before the check leave it. */
function stage(kind: keyof typeof bundles): { root: string; plan: ReturnType<typeof planOf> } {
  const root = temporaryFolder();
  const plan = planOf(kind);
  const files = [...siteFiles(plan), ...plan.records.flatMap(recordFiles)];
  writeFiles(root, Object.fromEntries(files.map(({ path, bytes }) => [path, bytes])));
  writeFiles(root, { [HOME]: '<html></html>' });
  for (const { identified } of plan.records) {
    writeFiles(root, { [recordPage(identified.suffix)]: `<html>${identified.pithNumber}</html>\n` });
  }
  return { root, plan };
}

const check = ({ root, plan }: ReturnType<typeof stage>): Promise<void> =>
  checkSite(root, plan, [HOME], () => undefined);

for (const kind of ['single', 'assembled'] as const) {
  describe(`the self-check of a site with ${kind} bundles`, () => {
    it('passes what was written as planned', async () => {
      await check(stage(kind));
    });

    const { plan } = stage(kind);
    const paths = [...siteFiles(plan), ...plan.records.flatMap(recordFiles)].map(({ path }) => path);
    for (const path of paths) {
      it(`fails on a changed byte, a missing byte and no file at ${path.replace(/[A-Z2-7]{26}/, 'SUFFIX')}`, async () => {
        const staged = stage(kind);
        const file = join(staged.root, path);
        const bytes = readFileSync(file);
        appendFileSync(file, ' ');
        await assert.rejects(check(staged), BuildError);
        if (bytes.length > 0) {
          const changed = Buffer.from(bytes);
          changed[bytes.length >> 1] = (changed[bytes.length >> 1] ?? 0) ^ 1;
          writeFileSync(file, changed);
          await assert.rejects(check(staged), BuildError);
        }
        rmSync(file);
        await assert.rejects(check(staged), BuildError);
      });
    }

    it('fails on a page that is cut short or of another record, and on a file that nobody planned', async () => {
      for (const page of ['<html>pith:2026:AAAAAAAAAAAAAAAAAAAAAAAAAA</html>', '<html>', '']) {
        const staged = stage(kind);
        const [entry] = staged.plan.records;
        writeFiles(staged.root, { [recordPage(entry?.identified.suffix ?? '')]: page });
        await assert.rejects(check(staged), BuildError);
      }
      const staged = stage(kind);
      writeFiles(staged.root, { 'pith/surplus.html': '' });
      await assert.rejects(check(staged), BuildError);
    });
  });
}
