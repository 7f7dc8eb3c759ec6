/** What a sync is asked for. */
import type { Progress } from '../../mirror/base/progress.ts';
import type { Trust } from '../../protocol/index.ts';
import type { WebOptions } from '../web.ts';
import type { Wanted } from './wanted.ts';

/** Progress of a transfer, with the bytes received. */
export interface TransferProgress extends Progress {
  received(bytes: number): void;
}

export interface SyncOptions {
  /** The folder of bundles. */
  readonly folder: string;
  /** In the order in which they are asked. @property folder that the name means if it is no URL, as an absolute path. */
  readonly sources: readonly { readonly name: string; readonly folder: string }[];
  readonly trust: Trust;
  /** Records by name. */
  readonly wanted: readonly Wanted[];
  /** Records by rule, in addition to those by name; null for none. */
  readonly selection: Selection | null;
  readonly keepAll: boolean;
  readonly allowShrink: boolean;
  readonly dryRun: boolean;
  /** Requests per second to one host; 0 for no limit. */
  readonly rate: number;
  readonly userAgent: string;
  /** Cache folder; null for none. */
  readonly cache: string | null;
  readonly network?: Pick<WebOptions, 'clock' | 'resolve' | 'timeouts'>;
}

/** All records of a mirror that meet both conditions. */
export interface Selection {
  /** First day of submission, `YYYY-MM-DD`; null for any. */
  readonly since: string | null;
  /** Primary categories (`cs.DC`) or archives (`cs`); empty for any. */
  readonly categories: readonly string[];
}
