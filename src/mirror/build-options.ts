/** What a build is asked for, and what it answers. */
import { hash } from 'node:crypto';
import type { EngineName, Trust } from '../protocol/index.ts';
import type { Content } from './base/disk.ts';
import type { HostName } from './plan/host-files.ts';
import type { Loss } from './publish/loss.ts';
import type { OperatorNote } from './read/operator-note.ts';
import type { TimestampFile } from './read/timestamps.ts';
import { trustDocument } from './read/trust-file.ts';
import type { BuildOutcome } from './resume/cache.ts';
import type { Shard } from './resume/shard.ts';

/** `fast`: the workers render pages. `astro`: Astro's own build renders them, to check the first. */
export const RENDERERS = ['fast', 'astro'] as const;
export type RendererName = (typeof RENDERERS)[number];

export interface BuildOptions {
  /** Folder of bundles and notes. */
  readonly input: string;
  /** Whether symbolic links in it are accepted if their targets are inside it. */
  readonly followLinks: boolean;
  /** Folder of the site. New files are moved into it when all of them are complete and checked. */
  readonly out: string;
  readonly trust: Trust;
  /** Base URL of the site, or null. */
  readonly site: string | null;
  /** The host that the site is made for; `static` if it is not said. */
  readonly host?: HostName;
  /** Publish nothing unless everything is verified. */
  readonly strict: boolean;
  /** Do not use the cache of the last build: read and verify everything, and compare it with what is published. */
  readonly recheck: boolean;
  /** Publish even if records or events of the published site would be lost. */
  readonly allowLoss: boolean;
  /** Remove files from the site's folder that are not part of the mirror. */
  readonly clean: boolean;
  /** Wait until new files are on the disk before they are published. */
  readonly flush: boolean;
  readonly engine: EngineName;
  readonly renderer: RendererName;
  /** Build only this part of the records, to be joined later; null for all. */
  readonly shard: Shard | null;
  /** Suffixes of the records to publish; null for all. */
  readonly only: ReadonlySet<string> | null;
  /** Worker threads at most; null for one per processor, and none if there are few records to make. */
  readonly jobs: number | null;
}

/** What a build reports in the end; a `Report` is one. */
export interface BuildReport extends BuildOutcome {
  /** The text of `mirror-report.json`, in pieces. */
  readonly pieces: () => Iterable<Content>;
}

export interface BuildResult {
  readonly report: BuildReport;
  readonly published: boolean;
  /** Why nothing was published; null if something was. */
  readonly refusal: string | null;
  /** What the published site would lose, if that is why. */
  readonly loss: Loss | null;
  /** Whether the published site is already what a build would give. */
  readonly isUnchanged: boolean;
  /** Whether only what changed since the last build was rebuilt. */
  readonly isUpdate: boolean;
}

/** What the operator adds to the bundles. */
export interface OperatorInput {
  readonly operator: OperatorNote | null;
  readonly timestamps: readonly TimestampFile[];
}

/** What the result for one record depends on, apart from its input and the program. */
export function optionsKey(
  { site, trust, host = 'static' }: Pick<BuildOptions, 'site' | 'trust' | 'host'>,
  operator: OperatorNote | null,
): string {
  return JSON.stringify({ site, host, trust: trustDocument(trust), operator });
}

/** What must be the same for all shards of a mirror. */
export function shardKey(
  options: Pick<BuildOptions, 'site' | 'trust' | 'host'>,
  { operator, timestamps }: OperatorInput,
): string {
  return `${optionsKey(options, operator)} ${hash('sha256', JSON.stringify(timestamps))}`;
}
