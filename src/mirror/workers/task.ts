/** The messages between the builder and its workers. */
import type { EngineName } from '../../protocol/index.ts';
import type { SentError } from '../base/sent-error.ts';
import type { HostName } from '../plan/host-files.ts';
import type { RecordTask } from '../plan/lines.ts';
import type { ShelfPage } from '../plan/shelves.ts';
import type { InputFile } from '../read/read.ts';
import type { BuildPart } from '../resume/shard.ts';

export interface WorkerStart extends BuildPart {
  readonly site: string | null;
  readonly host?: HostName;
  readonly version: string;
  /** A trust file's value: the keys are read again here, since what makes them trusted does not cross threads. */
  readonly trust: object;
  readonly engine: EngineName;
  /** The folder that gets the site's new files. */
  readonly stage: string;
  /** The folder of the published site; null if there is none. */
  readonly published: string | null;
  /** Entry of the bundled pages; null if Astro itself renders them, later. */
  readonly pages: string | null;
}

export type Task =
  | { readonly kind: 'alone'; readonly files: readonly InputFile[] }
  | { readonly kind: 'together'; readonly records: readonly RecordTask[] }
  | { readonly kind: 'verify'; readonly files: readonly InputFile[] }
  | { readonly kind: 'lists'; readonly pages: readonly ShelfPage[] };

/** What became of a list page. */
export interface ListResult {
  /** Of its bytes, in hexadecimal; `''` if Astro renders it. */
  readonly sha256: string;
  /** Whether it lies in the stage, because it differs from the published one. */
  readonly isStaged: boolean;
}

/** What became of a task: its results, in the order of its items, or why there are none. */
export interface Outcome {
  readonly results?: readonly unknown[];
  readonly error?: SentError;
}

/** A worker thread's answer to the task with this number. */
export interface Answer extends Outcome {
  readonly id: number;
}
