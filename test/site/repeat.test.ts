/** The lines with which a reader repeats each check: run by a shell in the folder of a built record, each prints what it says. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, it } from 'node:test';
import type { RecordEntry } from '../../src/mirror/plan/plan.ts';
import { recordView } from '../../src/site/view/record.ts';
import { entryOf } from '../support/bundles/entries.ts';
import { TEXTS } from '../support/bundles/hostile-input.ts';
import { testTrust } from '../support/bundles/make-bundle.ts';
import { filesOf } from '../support/bundles/plan.ts';
import { FULL, fullBundle, invalidEvents } from '../support/bundles/variety/graphs.ts';
import { bundleOf } from '../support/bundles/variety/paper.ts';
import { temporaryFolder } from '../support/sites/cli.ts';

const folder = temporaryFolder();
const viewOf = (entry: RecordEntry) => recordView(entry, { site: null, trust: testTrust });

function linesOf(entry: RecordEntry): readonly { readonly name: string; readonly line: string }[] {
  return viewOf(entry).ledger.flatMap(({ rows }) =>
    rows.flatMap(({ name, repeat }) => (repeat === null ? [] : [{ name, line: repeat }])),
  );
}

describe('run by a shell', () => {
  const entry = entryOf(fullBundle());
  const dir = join(folder, 'full');
  mkdirSync(dir);
  for (const { path, content } of filesOf(entry)) writeFileSync(join(dir, basename(path)), content);
  const { repeatSetup } = viewOf(entry);
  const lines = linesOf(entry);

  it('there is a line for each kind of check that can be repeated', () => {
    const names = new Set(lines.map(({ name }) => name.replace(/ of .*/, '')));
    assert.deepEqual(
      [...names].sort(),
      [
        'Aliases',
        'Bundle hash',
        'Bundle signature',
        'Event hash',
        'Event signature',
        'Key',
        'Pith Number',
        'Receipt',
        'Record hash',
        'Record in the event',
        'Short number',
        'Snapshot hash',
        'Source',
        'State',
        'Title',
      ].sort(),
    );
  });

  it('each prints what it says it prints', () => {
    // One shell for all, as a reader would: the functions are defined once.
    const script = [repeatSetup, ...lines.map(({ line }) => `echo ---; ${line.replace(/ {2}# .*$/, '')}`)].join('\n');
    const outputs = execFileSync('sh', ['-c', script], { cwd: dir, encoding: 'utf8' }).split('---\n').slice(1);
    for (const [i, { name, line }] of lines.entries()) {
      const expected = / {2}# (.*)$/.exec(line)?.[1];
      if (expected === undefined) assert.match(outputs[i] ?? '', /doi 10\.48550/, name);
      else assert.ok(outputs[i]?.startsWith(expected), `${name}\n${line}\ngave ${outputs[i]}`);
    }
  });

  it('a changed bundle is noticed', () => {
    const [hash] = lines.filter(({ name }) => name === 'Bundle hash');
    writeFileSync(join(dir, 'bundle.json'), JSON.stringify({ ...fullBundle(), built_at: '2026-01-01T00:00:00Z' }));
    const output = execFileSync('sh', ['-c', `${repeatSetup}\n${hash?.line}`], { cwd: dir, encoding: 'utf8' });
    assert.doesNotMatch(output, new RegExp(/[0-9a-f]{64}/.exec(hash?.line.slice(-70) ?? '')?.[0] ?? 'x'));
  });
});

it('nothing of a bundle is in a line but digests, signatures and places', () => {
  const entries = [
    entryOf(invalidEvents()),
    ...TEXTS.map((text, i) => entryOf(bundleOf({ ...FULL, id: `2606.8${String(i).padStart(4, '0')}`, title: text }))),
  ];
  for (const entry of entries) {
    for (const { line } of linesOf(entry)) assert.match(line, /^[\w \t"'$(){}[\]<>=,.:;&|/+#!*-]+$/);
    for (const { line } of linesOf(entry)) assert.doesNotMatch(line, /`|\$\(|\n/);
  }
});
