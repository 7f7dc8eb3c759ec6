/** Scans the parts, newest first, in short slices, and stops as soon as it has enough results. */
import type { FoundRecord, SearchPart } from './part.ts';
import { isNamed, type Query } from './query.ts';

export interface PartSource {
  /** Records in each part, newest first. */
  readonly sizes: readonly number[];
  /** A part; a promise while it is being loaded, which resolves to null if it could not be loaded. */
  get(index: number): SearchPart | Promise<SearchPart | null>;
}

export interface ScanProgress {
  readonly found: readonly FoundRecord[];
  /** Records scanned. */
  readonly searched: number;
  /** Whether all parts were scanned. */
  readonly isComplete: boolean;
  /** Whether a part could not be loaded. */
  readonly isBroken: boolean;
  /** Whether the requested version is missing here and `found` has other versions of the paper. */
  readonly isOtherVersion: boolean;
}

/** Records scanned between two pauses: a few milliseconds of work, so that key presses are never delayed. */
const SLICE = 20_000;

/**
 * @param wanted stops when more records than this are found.
 * @param pause lets the browser do other work; resolves to whether to continue.
 * @param onProgress called at each pause with new results.
 * @returns the last progress, or null if it was told to stop.
 */
export async function scan(
  { phrases, identifier, isIdentifier }: Query,
  source: PartSource,
  wanted: number,
  pause: () => Promise<boolean>,
  onProgress: (progress: ScanProgress) => void,
): Promise<ScanProgress | null> {
  const found: FoundRecord[] = [];
  const others: FoundRecord[] = [];
  let searched = 0;
  let isBroken = false;
  let slice = 0;
  const progress = (isComplete: boolean): ScanProgress => {
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
