/**
 * Compares the records of two mirrors by their indexes, and reads only the parts that differ.
 *
 * Two mirrors rarely have the same selection, so the result is mainly about the records that both have.
 */
import { stateFile } from '../mirror/base/paths.ts';
import { compareCodePoints, MAX_BUNDLE_BYTES } from '../protocol/index.ts';
import { type IndexRow, isWithheld } from '../records/bucket.ts';
import { type Snapshot, sha256 } from '../records/lists.ts';
import { differenceOfEvents, type EventDifference } from './event-difference.ts';
import type { BucketLine, Listing } from './listing.ts';
import { named, openListing } from './settled.ts';
import type { Source } from './source.ts';

/** A record whose states differ. */
export interface StateDifference {
  readonly suffix: string;
  /** Null if not requested, or if one of the two states cannot be read. */
  readonly events: EventDifference | null;
  /** Why there are not events; null if there are, or if they were not requested. */
  readonly problem: string | null;
}

export interface MirrorComparison {
  readonly a: Snapshot;
  readonly b: Snapshot;
  /** Records that both list. */
  readonly inBoth: number;
  readonly equal: number;
  readonly statesDiffer: readonly StateDifference[];
  /** The same state, made from other bundles. */
  readonly bytesDiffer: readonly string[];
  readonly onlyInA: readonly string[];
  readonly onlyInB: readonly string[];
  /** Published by one and withheld by the other. */
  readonly withheldByA: readonly string[];
  readonly withheldByB: readonly string[];
  /** Withheld by both, for different reasons. */
  readonly reasonsDiffer: readonly string[];
}

export type ComparisonOutcome = 'equal' | 'states' | 'selection';

/** `states` if a record that both hold has two states; `selection` if they differ only in bytes or in their selection. */
export function outcomeOf({ a, b, statesDiffer }: MirrorComparison): ComparisonOutcome {
  if (statesDiffer.length > 0) return 'states';
  return a.bundles === b.bundles && a.states === b.states ? 'equal' : 'selection';
}

class IndexDifference {
  equal = 0;
  readonly states: string[] = [];
  readonly bytes: string[] = [];
  readonly onlyInA: string[] = [];
  readonly onlyInB: string[] = [];
  readonly withheldByA: string[] = [];
  readonly withheldByB: string[] = [];
  readonly reasons: string[] = [];

  add(suffix: string, a: IndexRow | undefined, b: IndexRow | undefined): void {
    if (a === undefined) this.onlyInB.push(suffix);
    else if (b === undefined) this.onlyInA.push(suffix);
    else if (isWithheld(a) && isWithheld(b)) {
      if (a.withheld === b.withheld) this.equal++;
      else this.reasons.push(suffix);
    } else if (isWithheld(a)) this.withheldByA.push(suffix);
    else if (isWithheld(b)) this.withheldByB.push(suffix);
    else if (a.state !== b.state) this.states.push(suffix);
    else if (a.bundles.join() !== b.bundles.join()) this.bytes.push(suffix);
    else this.equal++;
  }
}

/** Pairs of buckets with one name. */
function* pairs(
  a: readonly BucketLine[],
  b: readonly BucketLine[],
): Generator<readonly [BucketLine | undefined, BucketLine | undefined]> {
  const ofB = new Map(b.map((line) => [line.bucket, line]));
  for (const line of a) {
    yield [line, ofB.get(line.bucket)];
    ofB.delete(line.bucket);
  }
  for (const line of ofB.values()) yield [undefined, line];
}

/** The records that differ, in any bucket: a withheld record may have lost its date. */
async function compareListings(a: Listing, b: Listing, step: () => void): Promise<IndexDifference> {
  const difference = new IndexDifference();
  const inA = new Map<string, IndexRow>();
  const inB = new Map<string, IndexRow>();
  for (const [lineOfA, lineOfB] of pairs(a.buckets, b.buckets)) {
    // The digest of the whole bucket covers its states too.
    if (lineOfA !== undefined && lineOfA.row.bundles === lineOfB?.row.bundles) {
      difference.equal += lineOfA.row.records;
      continue;
    }
    const [rowsOfA, rowsOfB] = await Promise.all([
      lineOfA === undefined ? [] : named(a.source, a.read(lineOfA)),
      lineOfB === undefined ? [] : named(b.source, b.read(lineOfB)),
    ]);
    for (const row of rowsOfA) inA.set(row.suffix, row);
    for (const row of rowsOfB) inB.set(row.suffix, row);
    step();
  }
  const suffixes = [...new Set([...inA.keys(), ...inB.keys()])].sort(compareCodePoints);
  for (const suffix of suffixes) difference.add(suffix, inA.get(suffix), inB.get(suffix));
  return difference;
}

async function readState(site: Source, suffix: string): Promise<Uint8Array | string> {
  const path = stateFile(suffix);
  const answer = await site.file(path, 4 * MAX_BUNDLE_BYTES);
  if (answer.kind === 'found') return answer.bytes;
  const reason = answer.kind === 'failed' ? answer.reason : answer.kind === 'missing' ? 'is missing' : 'cannot be used';
  return `${site.name}: ${path}: ${reason}`;
}

async function explain(a: Source, b: Source, suffix: string): Promise<StateDifference> {
  const [ofA, ofB] = await Promise.all([readState(a, suffix), readState(b, suffix)]);
  if (typeof ofA === 'string') return { suffix, events: null, problem: ofA };
  if (typeof ofB === 'string') return { suffix, events: null, problem: ofB };
  try {
    const events = differenceOfEvents(ofA, ofB);
    if (events.onlyInA.length + events.onlyInB.length > 0) return { suffix, events, problem: null };
    const what =
      sha256(ofA) === sha256(ofB) ? 'the files are equal; the index is not' : 'the states differ in another way';
    return { suffix, events, problem: `both have the same events: ${what}` };
  } catch {
    return { suffix, events: null, problem: 'state.json is not a state' };
  }
}

/**
 * Compares two mirrors.
 *
 * @param explained for how many of the records whose states differ the events are compared; their states are read for it.
 * @param step is called for each bucket that was read.
 * @throws NoIndex, Changing, Unreadable
 */
export async function compareMirrors(
  sources: { readonly a: Source; readonly b: Source },
  explained: number,
  step: () => void = () => undefined,
): Promise<MirrorComparison> {
  const [a, b] = await Promise.all([openListing(sources.a), openListing(sources.b)]);
  const difference = await compareListings(a, b, step);
  const { equal, states, bytes, reasons } = difference;
  const statesDiffer: StateDifference[] = [];
  for (const [i, suffix] of states.entries())
    statesDiffer.push(
      i < explained ? await explain(sources.a, sources.b, suffix) : { suffix, events: null, problem: null },
    );
  const { withheldByA, withheldByB, onlyInA, onlyInB } = difference;
  const differing = [states, bytes, withheldByA, withheldByB, reasons];
  return {
    a: a.snapshot,
    b: b.snapshot,
    inBoth: equal + differing.reduce((total, { length }) => total + length, 0),
    equal,
    statesDiffer,
    bytesDiffer: bytes,
    onlyInA,
    onlyInB,
    withheldByA,
    withheldByB,
    reasonsDiffer: reasons,
  };
}
