/** A file of the site that is neither a record's nor a list. */
import type { Content } from '../base/disk.ts';

export interface OtherFile {
  readonly path: string;
  /** Digest of what it is made from; null if only its content shows whether it changed. */
  readonly digest: string | null;
  /** The content may be too long for one string. */
  readonly pieces: () => Iterable<Content>;
}
