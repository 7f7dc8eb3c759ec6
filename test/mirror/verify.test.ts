/** Files verified in worker threads give the report that they give one after the other. */
import assert from 'node:assert/strict';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { contentText } from '../../src/mirror/base/disk.ts';
import { packageVersion } from '../../src/mirror/base/package.ts';
import { verifyInput } from '../../src/mirror/judge/judge.ts';
import { ENGINES } from '../../src/mirror/judge/openssl.ts';
import { duplicatesOf, Report } from '../../src/mirror/judge/report.ts';
import { listInput } from '../../src/mirror/read/listing.ts';
import { verifyFiles } from '../../src/mirror/verify.ts';
import { bytesOf, makeBundle, makeCorrection, makeRecord, testTrust } from '../support/bundles/make-bundle.ts';
import { temporaryFolder } from '../support/sites/cli.ts';

const COUNT = 300;

test('many files in worker threads give the report that they give one after the other, equal files once', async () => {
  const folder = join(temporaryFolder(), 'bundles');
  mkdirSync(folder);
  for (let i = 0; i < COUNT; i++) {
    const record = makeRecord({ id: `2606.${String(i >> 1).padStart(5, '0')}` });
    const bundle = makeBundle(record);
    const bytes = bytesOf(i % 5 === 0 ? makeBundle(record, [...bundle.events, makeCorrection(record, 'x')]) : bundle);
    if (i % 7 === 0) bytes[bytes.length >> 1] = (bytes[bytes.length >> 1] ?? 0) ^ 1;
    writeFileSync(join(folder, `${i}.json`), i % 11 === 0 ? bytes.subarray(0, 99) : bytes);
  }
  symlinkSync(join(folder, '1.json'), join(folder, 'link.json'));
  const { files } = await listInput(folder, { isInput: (name) => name.endsWith('.json'), followLinks: false });
  assert.ok(files.length > COUNT);

  let steps = 0;
  const progress = { stage: () => undefined, step: () => steps++, note: () => undefined };
  const inputs = [...files, { name: '-', bytes: bytesOf(makeBundle(makeRecord())) }];
  const report = await verifyFiles(inputs, testTrust, 'openssl', progress);
  assert.equal(steps, inputs.length);

  const verified = inputs.map((input) => verifyInput(input, testTrust, ENGINES.openssl));
  const numbers = new Set(verified.flatMap(({ pithNumber }) => pithNumber ?? []));
  const duplicates = new Set(duplicatesOf(verified.map(({ line }) => line)).map(({ file }) => file));
  // Two files of a record are equal unless one of them has a correction or was damaged.
  assert.ok(duplicates.has('53.json') && !duplicates.has('52.json'));
  const lines = verified.map(({ line }) => line).filter(({ file }) => !duplicates.has(file));
  const expected = new Report(await packageVersion(), testTrust, lines, { all: numbers.size, recordOnly: 0 });
  const wholeOf = (of: Report): string => Array.from(of.pieces(), contentText).join('');
  assert.equal(wholeOf(report), wholeOf(expected));
  assert.ok(report.totals.rejected > 50 && report.totals.verified > 100, JSON.stringify(report.totals));
});
