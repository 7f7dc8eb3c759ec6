/** Finds the records of a mirror that are versions of one paper. Pure. */

/** The members of a record that say which version of which paper it is. */
export interface VersionedRecord {
  readonly suffix: string;
  /** arXiv id without its version. */
  readonly sourceId: string;
  readonly sourceVersion: number;
}

/** Another version of a paper that the mirror has. */
export interface OtherVersion {
  readonly version: number;
  readonly suffix: string;
}

/** The most versions that a page links. Nobody reads more, and many records that claim the same paper must not make a page grow without limit. */
const MAX_VERSIONS = 50;

/**
 * Maps each record to the other versions of its paper in the mirror, ordered by version, then by suffix. Records
 * without other versions are omitted.
 */
export function otherVersions(records: readonly VersionedRecord[]): ReadonlyMap<string, readonly OtherVersion[]> {
  const papers = new Map<string, VersionedRecord[]>();
  for (const record of records) {
    const paper = papers.get(record.sourceId);
    if (paper === undefined) papers.set(record.sourceId, [record]);
    else paper.push(record);
  }
  const found = new Map<string, readonly OtherVersion[]>();
  for (const paper of papers.values()) {
    if (paper.length === 1) continue;
    paper.sort((a, b) => a.sourceVersion - b.sourceVersion || (a.suffix < b.suffix ? -1 : 1));
    const newest = paper.slice(-MAX_VERSIONS);
    for (const { suffix, sourceVersion } of paper) {
      const others = newest.filter((other) => other.sourceVersion !== sourceVersion);
      if (others.length > 0)
        found.set(
          suffix,
          others.map((other) => ({ version: other.sourceVersion, suffix: other.suffix })),
        );
    }
  }
  return found;
}
