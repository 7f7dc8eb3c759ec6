/** A run of the benchmark of which a step fails. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { temporaryFolder } from '../support/sites/cli.ts';
import { Course, type Failure, failureNotes, publish, type Report } from './course.ts';
import { formatPackages } from './package-results.ts';
import { formatResults } from './results.ts';

const folder = temporaryFolder();
const full: Failure = { where: 'in `pack` of 7 records', why: 'exit code 1\nENOSPC: no space left on device\n' };

/** What a run prints, says and leaves in its file, which had `old` in it. */
function published(failure: Failure | null, isWritten = true): readonly unknown[] {
  const file = join(folder, 'RESULTS.md');
  writeFileSync(file, 'old\n');
  let printed = '';
  let said = '';
  const report: Report = { text: 'new\n', failure, file: isWritten ? file : null, part: 'site' };
  const code = publish(
    report,
    (text) => (printed += text),
    (text) => (said += text.replace(file, 'FILE')),
  );
  return [code, printed, said, readFileSync(file, 'utf8')];
}

test('a run tells in or after which step it failed, and why', async () => {
  const course = new Course();
  const fail = async (): Promise<never> => {
    throw new RangeError('no space');
  };
  assert.equal(await course.run(async () => assert.equal(await course.step('one', async () => 1), 1)), null);
  assert.deepEqual(await course.run(fail), { where: 'after one', why: 'no space' });
  assert.deepEqual(await course.run(() => course.step('two', fail)), { where: 'in two', why: 'no space' });
  assert.deepEqual(await new Course().run(fail), { where: 'before the first step', why: 'no space' });
});

test('a whole run is printed and written, and one that failed is printed, told, and leaves the file as it was', () => {
  assert.deepEqual(published(null), [0, 'new\n', '', 'new\n']);
  assert.deepEqual(published(null, false), [0, 'new\n', '', 'old\n']);
  const why = 'exit code 1\nENOSPC: no space left on device\n';
  const failed = 'failed in `pack` of 7 records; what was measured before that is printed';
  assert.deepEqual(published(full), [1, 'new\n', `${failed}; FILE is as it was\n${why}`, 'old\n']);
  assert.deepEqual(published(full, false), [1, 'new\n', `${failed}\n${why}`, 'old\n']);
});

test('both reports of a run that failed say so below their heading, and have what was measured', () => {
  const cost = { seconds: 2, cpuSeconds: 3, peakBytes: 4e6, paceSeconds: 1 };
  const size = { bytes: 1, files: 1 };
  const packages = (notes: readonly string[]): string => {
    const rows = [{ ...cost, step: 'zim' as const, made: size }];
    return formatPackages({
      machine: [],
      missing: [],
      notes,
      measurements: [{ records: 7, site: size, payload: size, rows }],
    });
  };
  const site = (notes: readonly string[]): string => {
    const rows = [{ ...cost, step: 'build' as const, records: 7 }];
    const one = { records: 7, rows, siteBytes: null, siteFiles: null, isSameTree: null };
    return formatResults({ machine: [], runs: 1, missing: [], notes, measurements: [one] });
  };
  for (const format of [packages, site]) {
    assert.doesNotMatch(format(failureNotes(null)), /Incomplete/);
    const text = format(failureNotes(full));
    const [heading, , note = '', , ...why] = text.split('\n');
    assert.match(heading ?? '', /^# What /);
    assert.match(note, /^\*\*Incomplete: the run failed in `pack` of 7 records\.\*\* /);
    assert.deepEqual(why.slice(0, 2), ['    exit code 1', '    ENOSPC: no space left on device']);
    assert.match(text, /\| +2\.00 \| +3\.00 \|/);
  }
});
