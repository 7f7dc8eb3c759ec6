/** Which records of a mirror are versions of one paper. Pure. */

/** What of a record says which version of which paper it is. */
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

/** Versions that a page links; nobody reads more, and a record that claims to be one of thousands must not grow without end. */
const MAX_VERSIONS = 50;

/**
 * For each record of which the mirror has other versions: those versions, in their order; of one version claimed twice, by suffix.
 * Records without another version are left out.
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
