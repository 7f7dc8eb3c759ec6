/** Compares what two mirrors have: each kind of difference, in words, in JSON and as an exit code. */
import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { formatComparison } from '../../src/cli/compare.ts';
import { compareMirrors, type MirrorComparison, outcomeOf } from '../../src/network/compare.ts';
import { ageProblem, parseAge } from '../../src/network/freshness.ts';
import { wrongFilesOf } from '../../src/network/served-files.ts';
import { Unsettled, whenSettled } from '../../src/network/settled.ts';
import { openSource, type Source } from '../../src/network/source.ts';
import { Web } from '../../src/network/web.ts';
import {
  type Data,
  makeBundle,
  makeCorrection,
  makeRecord,
  makeRecordCreated,
  makeSnapshot,
  numberOf,
} from '../support/bundles/make-bundle.ts';
import { type SiteOptions, siteFiles, writeSite } from '../support/network/indexed-site.ts';
import { inTurn, plainHost, startStandIn, swappedAt } from '../support/network/stand-in.ts';
import { JumpingClock } from '../support/network/syncing.ts';
import { commandHere, temporaryFolder } from '../support/sites/cli.ts';

const folder = temporaryFolder();
const record = (i: number): Data =>
  makeRecord({ id: `2606.0000${i}`, metadata: { submitted_at: `2026-0${1 + (i % 3)}-10T12:00:00Z` } });
const suffixOf = (i: number): string => numberOf(record(i)).slice(-26);
const base = (i: number): Data[] => [makeRecordCreated(record(i)), makeSnapshot(record(i))];
const plain = (i: number, built = '2026-07-01T00:00:00Z'): Data => makeBundle(record(i), base(i), { built_at: built });
const correction = (i: number): Data => makeCorrection(record(i), 'a correction');
const corrected = (i: number): Data => makeBundle(record(i), [...base(i), correction(i)]);

const web = new Web({ rate: 0, userAgent: 'test', say: () => undefined });
/** A site on the disk. */
function write(bundles: readonly Data[], options: SiteOptions = {}): string {
  const site = mkdtempSync(join(folder, 'site-'));
  writeSite(site, siteFiles(bundles, options));
  return site;
}
async function open(name: string): Promise<Source> {
  const source = await openSource(name, name, web);
  assert.ok(!('problem' in source));
  return source;
}
const compare = async (a: string, b: string): Promise<MirrorComparison> =>
  compareMirrors({ a: await open(a), b: await open(b) }, 10);

/** The same comparison from the other side. */
const mirrored = (c: MirrorComparison): MirrorComparison => ({
  ...c,
  a: c.b,
  b: c.a,
  onlyInA: c.onlyInB,
  onlyInB: c.onlyInA,
  withheldByA: c.withheldByB,
  withheldByB: c.withheldByA,
  statesDiffer: c.statesDiffer.map(({ events, ...rest }) => ({
    ...rest,
    events: events === null ? null : { onlyInA: events.onlyInB, onlyInB: events.onlyInA },
  })),
});

describe('a comparison', () => {
  it('of mirrors that received the same bytes says in one line that they are equal', async () => {
    const found = await compare(write([plain(1), plain(2)]), write([plain(2), plain(1)]));
    assert.equal(outcomeOf(found), 'equal');
    assert.equal(formatComparison(found), 'equal: both hold 2 records, in the same states and from the same bundles\n');
  });

  it('names every file that is not what the index lists, if asked to read them', async () => {
    const site = write([plain(1), plain(2), corrected(2)], { withheld: { [suffixOf(3)]: 'legal' } });
    assert.deepEqual(await wrongFilesOf(await open(site), () => undefined), []);
    appendFileSync(join(site, `pith/${suffixOf(1)}/state.json`), ' ');
    const [received = ''] = readdirSync(join(site, `pith/${suffixOf(2)}/bundles`));
    rmSync(join(site, `pith/${suffixOf(2)}/bundles/${received}`));
    const wrong = await wrongFilesOf(await open(site), () => undefined);
    assert.deepEqual(
      wrong.map(({ path, suffix }) => [path, suffix]).sort(),
      [
        [`pith/${suffixOf(1)}/state.json`, suffixOf(1)],
        [`pith/${suffixOf(2)}/bundles/${received}`, suffixOf(2)],
      ].sort(),
    );
    assert.deepEqual(wrong.map(({ message }) => message.replaceAll(/[0-9a-f]{64}/g, 'DIGEST')).sort(), [
      'the file is missing',
      'the index lists SHA-256 DIGEST, found DIGEST',
    ]);
  });

  it('does not call the files wrong of a mirror that was replaced while they were read', async () => {
    const [before, after] = [write([plain(1)]), write([corrected(1)])];
    const isMoment = (path: string): boolean => path.endsWith('/state.json');
    const standIn = await startStandIn(swappedAt(plainHost(before), plainHost(after), isMoment));
    try {
      await assert.rejects(
        async () => wrongFilesOf(await open(standIn.url), () => undefined),
        /the mirror was replaced while its files were read/,
      );
    } finally {
      await standIn.close();
    }
  });

  it('tells a difference in bytes from one in state, and both from the selection', async () => {
    const a = write([plain(1), plain(2), plain(3), plain(4)]);
    const b = write([plain(1), plain(2, '2026-07-09T00:00:00Z'), corrected(3), plain(5)]);
    const found = await compare(a, b);
    assert.equal(outcomeOf(found), 'states');
    assert.equal(
      formatComparison(found).split('\n', 1)[0],
      '3 records in both: 1 equal, 1 differ in state, 1 in bytes; 1 only in A; 1 only in B',
    );
    assert.deepEqual(found.bytesDiffer, [suffixOf(2)]);
    assert.deepEqual([found.onlyInA, found.onlyInB], [[suffixOf(4)], [suffixOf(5)]]);
    assert.deepEqual(found.statesDiffer, [
      { suffix: suffixOf(3), events: { onlyInA: [], onlyInB: [correction(3).event_id] }, problem: null },
    ]);
    assert.deepEqual(await compare(b, a), mirrored(found));
  });

  it('does not call a withheld record a loss, even if its date is withheld too', async () => {
    const a = write([plain(1), plain(2)]);
    const found = await compare(a, write([plain(1), plain(2)], { withheld: { [suffixOf(2)]: 'legal' } }));
    assert.deepEqual([found.withheldByB, found.onlyInA, found.equal], [[suffixOf(2)], [], 1]);
    assert.match(formatComparison(found), /1 withheld by B;.*\n(.*\n)*Withheld by B:\n {2}[A-Z2-7]{26}\n/);
  });

  it('reads only the buckets in which two mirrors differ', async () => {
    const far = await startStandIn(plainHost(write([plain(1), plain(2), plain(3)])));
    await compare(write([plain(1), plain(2), corrected(3)]), far.url);
    const buckets = far.asked.map(({ path }) => path).filter((path) => /\d\.tsv$/.test(path));
    assert.deepEqual(buckets, ['records/2026/2026-01-10.tsv']);
    await far.close();
  });

  it('names the file and the mirror if an index contradicts itself, and does not wait for a folder', async () => {
    const a = write([plain(1), plain(2)]);
    const b = write([plain(1), corrected(2)]);
    appendFileSync(join(b, 'records/2026/2026-03-10.tsv'), 'x\n');
    const sources = [await open(a), await open(b)];
    const never = { sleep: () => assert.fail('waited for a folder') };
    await assert.rejects(
      whenSettled(
        sources,
        never,
        () => undefined,
        () => compare(a, b),
      ),
      (error) =>
        error instanceof Unsettled && error.message.startsWith(`${b}: records/2026/2026-03-10.tsv has the digest`),
    );
  });

  it('starts again if a mirror is replaced while it is read', async () => {
    const before = write([plain(1)]);
    const after = write([plain(1), plain(2)]);
    const far = await startStandIn(
      swappedAt(plainHost(before), plainHost(after), (path) => path === 'records/index.tsv'),
    );
    const clock = new JumpingClock();
    const said: string[] = [];
    const source = await open(far.url);
    const other = await open(after);
    const found = await whenSettled(
      [source, other],
      clock,
      (text) => said.push(text),
      () => compareMirrors({ a: source, b: other }, 0),
    );
    assert.equal(outcomeOf(found), 'equal');
    assert.match(said.join('\n'), /in the middle of an update: starting again in 30 s$/);
    await far.close();
  });

  it('gives up on a mirror that contradicts itself for 15 minutes', async () => {
    const site = write([plain(1)]);
    appendFileSync(join(site, 'records/2026/index.tsv'), 'x\n');
    const far = await startStandIn(inTurn(plainHost(site)));
    const clock = new JumpingClock();
    const source = await open(far.url);
    const began = clock.now();
    await assert.rejects(
      whenSettled(
        [source],
        clock,
        () => undefined,
        () => compareMirrors({ a: source, b: source }, 0),
      ),
      (error) => error instanceof Unsettled && /2026\/index\.tsv .*after 15 minutes/.test(error.message),
    );
    assert.equal(clock.now() - began, 15 * 60_000);
    await far.close();
  });
});

describe('the command compare', () => {
  const run = (...args: readonly string[]) => commandHere(['compare', ...args]);

  it('exits with 0 for equal, 1 for states, 3 for bytes or selection, 2 for no mirror and 4 for a contradiction', async () => {
    const [a, b, c] = [write([plain(1)]), write([corrected(1)]), write([plain(1), plain(2)])];
    const torn = write([plain(1), plain(2)]);
    appendFileSync(join(torn, 'records/index.tsv'), 'x\n');
    const codes = await Promise.all([run(a, a), run(a, b), run(a, c), run(a, folder), run(a, torn), run(a)]);
    assert.deepEqual(
      codes.map(({ code }) => code),
      [0, 1, 3, 2, 4, 2],
    );
    assert.match(codes[3]?.stderr ?? '', /there is no records\/snapshot\.txt/);
    assert.match(codes[5]?.stderr ?? '', /expected two mirrors to compare.* \(found 1\)/);
  });

  it('prints everything as JSON', async () => {
    const { stdout, code } = await run(write([plain(1), plain(2)]), write([corrected(1)]), '--json');
    assert.equal(code, 1);
    const found = JSON.parse(stdout);
    assert.deepEqual(found.states_differ, [
      { suffix: suffixOf(1), only_in_a: [], only_in_b: [correction(1).event_id], problem: null },
    ]);
    assert.deepEqual([found.outcome, found.only_in_a, found.in_both], ['states', [suffixOf(2)], 1]);
  });

  it('warns with --max-age if the age of the data is not known, and still ends with the result', async () => {
    const site = write([plain(1)]);
    const { stderr, code } = await run(site, site, '--max-age', '7d');
    assert.equal(code, 0);
    assert.match(stderr, /warning: .*: the age of its data is unknown: pith-mirrors\.json names no time/);
    assert.equal((await run(site, site, '--max-age', 'soon')).code, 2);
  });
});

describe('the age of the newest data', () => {
  const now = Date.parse('2026-11-26T12:00:00Z');
  const day = parseAge('1d') ?? 0;
  it('is a problem if it is more than allowed, and if it is in the future', () => {
    assert.equal(day, 86_400_000);
    assert.equal(ageProblem('A', '2026-11-26T00:00:00Z', day, now), null);
    assert.equal(
      ageProblem('A', '2026-11-12T00:00:00Z', day, now),
      'A: its newest data is 14 days old (2026-11-12T00:00:00Z)',
    );
    assert.equal(
      ageProblem('A', '2026-11-25T00:00:00Z', day, now),
      'A: its newest data is 36 hours old (2026-11-25T00:00:00Z)',
    );
    assert.match(ageProblem('A', '2027-01-01T00:00:00Z', day, now) ?? '', /from the future/);
    for (const text of ['', '7', 'd', '0d', '-1d', '1y']) assert.equal(parseAge(text), null, text);
  });
});
