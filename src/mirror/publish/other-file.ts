/** A file of the site that is neither a record's nor a list. */
import type { Content } from '../base/disk.ts';

export interface OtherFile {
  readonly path: string;
  /** Digest of what it is made from; null if only its content shows whether it changed. */
  readonly digest: string | null;
  /** SHA-256 of the content, if that is what it is: then it is not made and hashed once more. */
  readonly sha256?: string | undefined;
  /** The content may be too long for one string. */
  readonly pieces: () => Iterable<Content>;
}
