/** A file of the site that is neither a record's nor a list. */
import type { Content } from '../base/disk.ts';

export interface OtherFile {
  readonly path: string;
  /** Of what it is made of; null where only its content tells whether it is as it was. */
  readonly digest: string | null;
  /** The content may be too long for one string. */
  readonly pieces: () => Iterable<Content>;
}
