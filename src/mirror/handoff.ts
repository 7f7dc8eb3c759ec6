/**
 * Hands the plan from the program to the site's pages, in memory.
 *
 * Pages are bundled, so they get a copy of this module of their own, and a variable here would be two. The registry
 * of symbols is the one thing that both copies share, hence a property of the global object. The plan's values cross
 * between two copies of `protocol/`: pages use their members, never `instanceof`.
 */
import type { MirrorPlan, RecordEntry } from './plan.ts';

interface Handed {
  readonly plan: MirrorPlan;
  readonly bySuffix: ReadonlyMap<string, RecordEntry>;
}

const KEY = Symbol.for('pith-mirror.plan');
const shared = globalThis as { [KEY]?: Handed };

/** Makes `plan` what the pages see until the returned function is called. One site is rendered at a time. */
export function handOver(plan: MirrorPlan): () => void {
  if (shared[KEY] !== undefined) throw new TypeError('expected one rendering at a time, got a second');
  shared[KEY] = { plan, bySuffix: new Map(plan.records.map((entry) => [entry.identified.suffix, entry])) };
  return () => {
    delete shared[KEY];
  };
}

function handed(): Handed {
  const value = shared[KEY];
  if (value === undefined) throw new TypeError('expected pages to be rendered by renderPages, got no plan');
  return value;
}

/** For the pages. */
export function currentPlan(): MirrorPlan {
  return handed().plan;
}

/** The record of a page. @throws RangeError for a suffix that is not in the plan. */
export function currentRecord(suffix: string): RecordEntry {
  const entry = handed().bySuffix.get(suffix);
  if (entry === undefined) throw new RangeError(`expected a suffix of the plan, got ${suffix}`);
  return entry;
}
