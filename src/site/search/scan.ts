/** Looks through the parts, newest first, in slices of work, and stops as soon as enough is found. */
import type { FoundRecord, Part } from './part.ts';
import { isNamed, type Query } from './query.ts';

export interface PartSource {
  /** Records in each part, newest first. */
  readonly sizes: readonly number[];
  /** A part; a promise while it is being loaded, of null where it could not be. */
  get(index: number): Part | Promise<Part | null>;
}

export interface Progress {
  readonly found: readonly FoundRecord[];
  /** Records looked at. */
  readonly searched: number;
  /** Whether all parts were looked through. */
  readonly isComplete: boolean;
  /** Whether a part could not be loaded. */
  readonly isBroken: boolean;
  /** Whether the version that was asked for is not here, and `found` has others of the same paper. */
  readonly isOtherVersion: boolean;
}

/** Records scanned between two pauses: a few milliseconds, so that a key that is pressed is never kept waiting. */
const SLICE = 20_000;

/**
 * @param wanted stops when more than that many are found.
 * @param pause lets the browser do what else there is; resolves to whether to go on.
 * @param onProgress at each pause with something new.
 * @returns the last progress, or null where it was told to stop.
 */
export async function scan(
  { phrases, identifier, isIdentifier }: Query,
  source: PartSource,
  wanted: number,
  pause: () => Promise<boolean>,
  onProgress: (progress: Progress) => void,
): Promise<Progress | null> {
  const found: FoundRecord[] = [];
  const others: FoundRecord[] = [];
  let searched = 0;
  let isBroken = false;
  let slice = 0;
  const progress = (isComplete: boolean): Progress => {
    const isOtherVersion = isComplete && found.length === 0 && others.length > 0;
    return { found: [...(isOtherVersion ? others : found)], searched, isComplete, isBroken, isOtherVersion };
  };
  for (const [i, size] of source.sizes.entries()) {
    const loading = source.get(i);
    if (loading instanceof Promise) {
      onProgress(progress(false));
      slice = 0;
    }
    const part = await loading;
    if ((loading instanceof Promise || slice >= SLICE) && !(await pause())) return null;
    if (slice >= SLICE) {
      onProgress(progress(false));
      slice = 0;
    }
    if (part === null) {
      isBroken = true;
      continue;
    }
    for (const line of part.find(phrases)) {
      const record = part.record(line);
      if (isIdentifier && identifier !== null && !isNamed(identifier, record)) {
        if (isNamed(identifier, record, true)) others.push(record);
        continue;
      }
      found.push(record);
      if (found.length > wanted) return progress(false);
    }
    searched += size;
    slice += size;
  }
  return progress(true);
}
