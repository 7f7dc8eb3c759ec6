/**
 * The work of a worker on some files of a site or a package: it reads them once, and from the same bytes computes their
 * digests, judges their record, and compresses them.
 */
import type { SentError } from '../mirror/base/sent-error.ts';
import type { FileLine } from '../mirror/judge/report.ts';
import type { EngineName } from '../protocol/index.ts';
import type { Compression } from './compress.ts';
import type { PackedFile } from './formats/zip.ts';
import type { FilePlace } from './place.ts';

/** A file, and what is known of it. */
export interface StoredFile {
  /** In the site, with `/`. Tag files of a bag have their path in the bag, behind `../`. */
  readonly path: string;
  readonly place: FilePlace;
  /** Its digest by a manifest, in hexadecimal; null if there is no manifest. */
  readonly sha256: string | null;
}

/** Files of one record, or any others. */
export interface Job {
  readonly files: readonly StoredFile[];
  /** Of the files together, if it is known. */
  readonly bytes?: number;
  /** The record to judge; null if the files are not a record, or need no check. */
  readonly suffix: string | null;
  /** Do not judge the record, whose files are known to be those of the build: only tell when its newest bundle was built. */
  readonly onlyDated?: boolean;
  /** How to compress; null if only digests are needed. */
  readonly pack: Compression | null;
}

export interface DoneFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** The bytes for a ZIP; null if nothing is packed. */
  readonly packed: Pick<PackedFile, 'method' | 'crc' | 'size' | 'data'> | null;
}

/** A problem with a file. */
export interface SiteProblem {
  readonly path: string;
  readonly kind: 'missing' | 'extra' | 'changed' | 'unreadable' | 'wrong-record' | 'wrong-state' | 'wrong-bundle';
  readonly message: string;
}

/** The results for a record's bundles. */
export interface DoneRecord {
  /** A report for each bundle received. */
  readonly lines: readonly FileLine[];
  readonly pithNumber: string | null;
  /** When its newest bundle was built, in seconds since 1970; null for a record without a bundle. */
  readonly seconds: number | null;
}

export interface Done {
  readonly files: readonly DoneFile[];
  readonly problems: readonly SiteProblem[];
  readonly record: DoneRecord | null;
}

/** The data that a worker gets when it starts. */
export interface TeamStart {
  /** The value of a trust file, because `Trust` objects cannot cross threads. */
  readonly trust: object;
  readonly engine: EngineName;
}

export interface JobOrder {
  readonly id: number;
  readonly jobs: readonly Job[];
  /** Of an earlier answer, to be used for this one: new memory for each answer would pile up until it is collected. */
  readonly memory?: ArrayBuffer;
}

export interface JobAnswer {
  readonly id: number;
  /** A result for each job. */
  readonly done?: readonly Done[];
  /** The memory in which the packed bytes of all of them are; it may go back with other jobs. */
  readonly memory?: ArrayBuffer;
  readonly error?: SentError;
}
