/**
 * What a worker does with some files of a site or of a package: it reads them once, and on the same bytes takes their
 * digests, judges the record that they are, and compresses them.
 */
import type { FileLine } from '../mirror/judge/report.ts';
import type { EngineName } from '../protocol/index.ts';
import type { Compression } from './compress.ts';
import type { PackedFile } from './formats/zip.ts';
import type { Place } from './place.ts';

/** A file, and what is known of it. */
export interface StoredFile {
  /** In the site, with `/`. Tag files of a bag have their path in the bag, behind `../`. */
  readonly path: string;
  readonly place: Place;
  /** Its digest by a manifest, in hexadecimal; null if no manifest is at hand. */
  readonly sha256: string | null;
}

/** Files of one record, or any others. */
export interface Job {
  readonly files: readonly StoredFile[];
  /** The record to judge; null if the files are no record, or nobody doubts it. */
  readonly suffix: string | null;
  /** How to compress; null if only digests are asked for. */
  readonly pack: Compression | null;
}

export interface DoneFile {
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  /** As it stands in a ZIP; null if nothing is packed. */
  readonly packed: Pick<PackedFile, 'method' | 'crc' | 'size' | 'data'> | null;
}

/** Something that is not as it has to be. */
export interface Problem {
  readonly path: string;
  readonly kind: 'missing' | 'extra' | 'changed' | 'unreadable' | 'wrong-record' | 'wrong-state' | 'wrong-bundle';
  readonly message: string;
}

/** What was found of a record's bundles. */
export interface DoneRecord {
  /** A report for each bundle received. */
  readonly lines: readonly FileLine[];
  readonly pithNumber: string | null;
  /** When its newest bundle was built, in seconds since 1970; null for a record without a bundle. */
  readonly seconds: number | null;
}

export interface Done {
  readonly files: readonly DoneFile[];
  readonly problems: readonly Problem[];
  readonly record: DoneRecord | null;
}

/** What a worker is told when it starts. */
export interface TeamStart {
  /** The value of a trust file: what makes keys trusted does not cross threads. */
  readonly trust: object;
  readonly engine: EngineName;
}

export interface Answer {
  readonly id: number;
  readonly done?: Done;
  readonly error?: {
    readonly message: string;
    readonly stack: string;
    readonly code: unknown;
    readonly isSystem: boolean;
  };
}
