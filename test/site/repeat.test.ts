/** How a reader repeats the checks: `check.py` and the page's lines, run by a shell in the folder of a built record, finds what the ledger says. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import { CHECK_SCRIPT_TEXT } from '../../src/formats/check-script.ts';
import type { RecordEntry } from '../../src/mirror/plan/plan.ts';
import type { LedgerGroup } from '../../src/site/view/ledger.ts';
import { recordView } from '../../src/site/view/record.ts';
import { entryOf } from '../support/bundles/entries.ts';
import { TEXTS } from '../support/bundles/hostile-input.ts';
import { type Data, testTrust } from '../support/bundles/make-bundle.ts';
import { filesOf } from '../support/bundles/plan.ts';
import {
  equivocation,
  FULL,
  fullBundle,
  invalidEvents,
  mismatches,
  splitView,
} from '../support/bundles/variety/graphs.ts';
import { bundleOf } from '../support/bundles/variety/paper.ts';
import { temporaryFolder } from '../support/sites/cli.ts';

const folder = temporaryFolder();
const viewOf = (entry: RecordEntry) => recordView(entry, { site: null, trust: testTrust });

/** Writes the files of a record, the script and what the page expects into a folder of their own. */
function unpack(name: string, entry: RecordEntry): string {
  const dir = join(folder, name);
  mkdirSync(dir);
  for (const { path, content } of filesOf(entry)) writeFileSync(join(dir, basename(path)), content);
  writeFileSync(join(dir, 'check.py'), CHECK_SCRIPT_TEXT);
  execFileSync('sh', ['-c', viewOf(entry).repeat], { cwd: dir });
  return dir;
}

/** What the line of a group prints, a name and whether it is in order. */
function run(dir: string, { repeat }: LedgerGroup): readonly (readonly [name: string, isOk: boolean])[] {
  const output = execFileSync('sh', ['-c', repeat ?? 'exit 1'], { cwd: dir, encoding: 'utf8' });
  return output
    .trimEnd()
    .split('\n')
    .map((line) => [line.slice(8), line.startsWith('ok ')] as const);
}

/** The rows that the files can show again, named as the script names them. */
function expectedOf({ rows }: LedgerGroup): readonly (readonly [name: string, isOk: boolean])[] {
  return rows
    .filter(({ outcome }) => outcome === 'verified' || outcome === 'failed')
    .map(({ name, values, outcome }) => [name === 'Key' ? `Key ${values[0]}` : name, outcome === 'verified'] as const);
}

describe('the line of a group repeats each of its checks', () => {
  const cases: Readonly<Record<string, Data>> = {
    full: fullBundle(),
    equivocation: equivocation(),
    mismatches: mismatches(),
  };
  for (const [name, bundle] of Object.entries(cases)) {
    it(`of the record “${name}”, with the outcome that the ledger has`, () => {
      const entry = entryOf(bundle);
      const dir = unpack(name, entry);
      const groups = viewOf(entry).ledger;
      assert.ok(groups.length >= 5);
      for (const group of groups) {
        const printed = new Map(run(dir, group));
        for (const [check, isOk] of expectedOf(group)) {
          // The published state is the recomputed one, whatever the bundle ships.
          const expected = check === 'State' ? true : isOk;
          assert.equal(printed.get(check), expected, `${group.heading}: ${check}`);
        }
      }
    });
  }

  it('notices if the bundle on the disk is a different one', () => {
    const entry = entryOf(fullBundle());
    const dir = unpack('changed', entry);
    writeFileSync(join(dir, 'bundle.json'), JSON.stringify({ ...fullBundle(), built_at: '2026-01-01T00:00:00Z' }));
    const group = viewOf(entry).ledger.find(({ heading }) => heading === 'Bundle and state');
    assert.ok(group !== undefined);
    assert.equal(new Map(run(dir, group)).get('Bundle hash'), false);
  });

  it('an assembled bundle has only the command for the record, since its events are checked in the received bundles', () => {
    const entry = entryOf(...splitView());
    const dir = unpack('assembled', entry);
    const [record, ...others] = viewOf(entry).ledger;
    assert.ok(record !== undefined);
    assert.deepEqual(
      run(dir, record).map(([, isOk]) => isOk),
      [true, true, true, true, true],
    );
    assert.ok(others.every(({ repeat }) => repeat === null));
  });
});

it('the lines of a page contain nothing of a bundle except digests and the Pith Number', () => {
  const plain = viewOf(entryOf(fullBundle())).repeat;
  /** Without what is of one record: digests, and the number. */
  const common = (script: string): string =>
    script.replaceAll(/"[0-9a-f]{32,64}"/g, '"…"').replace(/"pith:\d{4}:[A-Z2-7]{26}"/, 'NUMBER');
  const entries = [
    entryOf(invalidEvents()),
    ...TEXTS.map((text, i) => entryOf(bundleOf({ ...FULL, id: `2606.8${String(i).padStart(4, '0')}`, title: text }))),
  ];
  for (const entry of entries) assert.equal(common(viewOf(entry).repeat), common(plain));
  for (const entry of entries)
    for (const { repeat } of viewOf(entry).ledger) assert.match(repeat ?? '', /^(python3 check\.py [a-z]+( \d+)?)?$/);
});
