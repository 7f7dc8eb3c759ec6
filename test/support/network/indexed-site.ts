/**
 * The part of a mirror's site that other mirrors read: bundles, states and the record index, written without a build, so
 * that tests of a sync can make sites that no build would make.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { openSslEngine } from '../../../src/mirror/judge/openssl.ts';
import { mergeBundles, type Trust, verifyBundle } from '../../../src/protocol/index.ts';
import type { WithheldReason } from '../../../src/records/bucket.ts';
import { bucketOf } from '../../../src/records/layout.ts';
import { sha256 } from '../../../src/records/lists.ts';
import { type PublishedRecord, updateIndex } from '../../../src/records/update.ts';
import { bytesOf, type Data, testTrust } from '../bundles/make-bundle.ts';

export interface SiteOptions {
  readonly trust?: Trust;
  /** Records that are listed as withheld, by suffix. */
  readonly withheld?: Readonly<Record<string, WithheldReason>>;
  /** Lines of `records.csv` without a header. */
  readonly catalogue?: readonly string[];
}

/** Files of a site by path. @param bundles as data or as bytes; several of one number are one record. */
export function siteFiles(bundles: readonly (Data | Uint8Array)[], options: SiteOptions = {}): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  const verified = bundles.map((data) => {
    const bytes = data instanceof Uint8Array ? data : bytesOf(data);
    const { bundle, findings } = verifyBundle(bytes, options.trust ?? testTrust, openSslEngine);
    if (bundle === null) throw new TypeError(JSON.stringify(findings));
    return bundle;
  });
  const records: PublishedRecord[] = [];
  for (const [suffix, [first, ...rest]] of Map.groupBy(verified, (bundle) => bundle.suffix)) {
    if (first === undefined) continue;
    const withheld = options.withheld?.[suffix] ?? null;
    const { published, state } = mergeBundles([first, ...rest], openSslEngine);
    const own = new Map([
      [`pith/${suffix}/bundle.json`, published.bytes],
      [`pith/${suffix}/state.json`, state.bytes],
      ...(rest.length === 0 ? [] : [first, ...rest]).map(
        ({ bytes }) => [`pith/${suffix}/bundles/${sha256(bytes)}.json`, bytes] as const,
      ),
    ]);
    if (withheld === null) for (const [path, bytes] of own) files.set(path, bytes);
    const sums = [...own].map(([path, bytes]) => ({ path, sha256: sha256(bytes) }));
    records.push({ suffix, bucket: bucketOf(first.record.submittedAt), withheld, sums: () => sums });
  }
  for (const { path, content } of updateIndex(records, [], () => null).files) files.set(path, Buffer.from(content));
  const header = 'suffix,arxiv_id,version,title,category,date\n';
  if (options.catalogue !== undefined)
    files.set('records.csv', Buffer.from(`${header}${options.catalogue.map((line) => `${line}\n`).join('')}`));
  return files;
}

export function writeSite(folder: string, files: ReadonlyMap<string, Uint8Array | string>): void {
  for (const [path, content] of files) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), content);
  }
}
