/** Checks that each record of the variety is still what its name says. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { temporaryFolder } from '../sites/cli.ts';
import type { Data } from './make-bundle.ts';
import { buildVariety, type Variety } from './variety.ts';

const folder = temporaryFolder();
let variety: Variety & { readonly site: string };
let report: Data;

before(async () => {
  variety = await buildVariety(folder, { plain: 3 });
  report = JSON.parse(readFileSync(join(variety.site, 'mirror-report.json'), 'utf8'));
});

const stateOf = (name: string): Data =>
  JSON.parse(readFileSync(join(variety.site, 'pith', variety.suffixes.get(name) ?? name, 'state.json'), 'utf8'));

const codesOf = (file: string): readonly string[] => {
  const found = report.files.find((entry: Data) => entry.file === file);
  return [...new Set<string>(found?.findings.map(({ code }: Data) => code))].sort();
};

test('the long history has 41 events, all valid, some of which supersede others', () => {
  const { event_count, valid_event_count, current, applied_event_ids } = stateOf('events-41');
  assert.deepEqual([event_count, valid_event_count, applied_event_ids.length], [41, 41, 41]);
  const listed = Object.values<Data>(current).flatMap((list) => (Array.isArray(list) ? list : []));
  assert.ok(listed.filter(({ event_id }) => event_id !== undefined).length < 40);
});

test('the full record has an entry in every list', () => {
  for (const [name, list] of Object.entries<Data>(stateOf('full').current)) {
    if (Array.isArray(list) && name !== 'corrections') assert.ok(list.length > 0, name);
  }
});

test('each record with a problem has the problem that it is named after', () => {
  for (const [file, codes] of [
    ['split-view/0.json', ['split_view']],
    ['withheld/1.json', ['events_withheld']],
    ['equivocation/0.json', ['dangling_prev_event', 'equivocation', 'foreign_supersedes']],
    ['unknown-types/0.json', ['unknown_event_type']],
    [
      'mismatches/0.json',
      ['key_past_rotation', 'receipt_invalid', 'snapshot_hash_mismatch', 'state_mismatch', 'title_mismatch'],
    ],
    ['short-collision-1/0.json', ['short_number_collision']],
    ['conflict-2/0.json', ['alias_conflict']],
    ['rejected/not-json.json', ['not_json']],
    ['rejected/changed.json', ['bundle_hash_mismatch']],
    ['rejected/stranger.json', ['untrusted_key']],
  ] as const) {
    assert.deepEqual(codesOf(file), codes, file);
  }
  assert.equal(stateOf('invalid-events').invalid_event_count, 8);
  assert.equal(stateOf('corrected').current.corrections.length, 1);
});

test('records that are not named after a problem have none', () => {
  for (const name of [
    'tex',
    'tex-broken',
    'authors-300',
    'old-math',
    'old-hep',
    'full',
    'hostile',
    'bare',
    'version-1',
  ]) {
    assert.deepEqual(codesOf(`${name}/0.json`), [], name);
  }
});
