/** Writes one bag as a ZIP, a file at a time, in the order of the bytes of their paths. */
import { hash } from 'node:crypto';
import { compareCodePoints, encodeUtf8 } from '../protocol/index.ts';
import { ChunkFile } from './chunk-file.ts';
import { type Compression, compress, packPieces } from './compress.ts';
import * as bagit from './formats/bagit.ts';
import { ByteLog } from './formats/byte-log.ts';
import type { PackageFacts } from './formats/facts.ts';
import { formatInputs, INPUTS, type InputName } from './formats/inputs.ts';
import { formatReadme, README } from './formats/readme.ts';
import { formatRecordsPage, RECORDS_PAGE } from './formats/records-page.ts';
import { formatRoCrate, RO_CRATE } from './formats/ro-crate.ts';
import { ZipWriter } from './formats/zip.ts';
import type { Extra } from './inputs.ts';
import type { DoneFile } from './job.ts';

/** The keys that the site was built with. A list, not a proof: a verifier should use a trust file of their own. */
export const TRUST = 'trust.json';

/** Memory for the lists of a package, which can be used again for the next one. */
export class BagLists {
  readonly central = new ByteLog();
  readonly manifest = new ByteLog();
}

export class BagWriter {
  readonly #file: ChunkFile;
  readonly #zip: ZipWriter;
  readonly #facts: PackageFacts;
  readonly #compression: Compression;
  readonly #manifest: ByteLog;
  readonly #tags: bagit.ManifestLine[] = [];
  #trust = '';
  #hasCrate = false;

  /** @throws the system's error if the file already exists. */
  constructor(path: string, facts: PackageFacts, compression: Compression, lists: BagLists) {
    this.#file = new ChunkFile(path);
    this.#facts = facts;
    this.#compression = compression;
    this.#zip = new ZipWriter(lists.central);
    this.#manifest = lists.manifest;
    this.#manifest.clear();
  }

  get hasCrate(): boolean {
    return this.#hasCrate;
  }

  #add(path: string, packed: ReturnType<typeof compress>, seconds: number): void {
    this.#file.write(this.#zip.add({ path: `${this.#facts.name}/${path}`, seconds, ...packed }));
  }

  #addTag(path: string, content: string | Uint8Array, isListed = true): void {
    const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content;
    if (isListed) this.#tags.push({ path, sha256: hash('sha256', bytes) });
    this.#add(path, compress(bytes, this.#compression), this.#facts.seconds);
  }

  async #addManifest(): Promise<void> {
    const { blocks } = this.#manifest;
    const found = this.#compression === 'deflated' ? await packPieces(blocks) : null;
    if (found === null) return this.#addTag(bagit.MANIFEST, Buffer.concat(blocks));
    this.#tags.push({ path: bagit.MANIFEST, sha256: found.sha256 });
    this.#add(bagit.MANIFEST, found.packed, this.#facts.seconds);
  }

  /** The files that say what follows. @param trust value of a trust file. */
  begin(trust: object): void {
    this.#trust = `${JSON.stringify(trust, null, 2)}\n`;
    const crate = new TextEncoder().encode(formatRoCrate(this.#facts)).length;
    this.#addTag(README, formatReadme(this.#facts));
    this.#addTag(bagit.BAG_INFO, formatInfo(this.#facts, crate));
    this.#addTag(bagit.BAGIT, bagit.BAGIT_TEXT);
  }

  addPayload({ path, sha256, packed }: Pick<DoneFile, 'path' | 'sha256' | 'packed'>, seconds: number): void {
    if (packed === null) throw new TypeError(`expected ${path} to be packed`);
    const line = encodeUtf8(bagit.manifestLine({ path: `${bagit.PAYLOAD}${path}`, sha256 }));
    this.#manifest.grow(line.length).set(line);
    this.#add(`${bagit.PAYLOAD}${path}`, packed, seconds);
  }

  /** Adds the one file of the payload that is not the site's. */
  addCrate(): void {
    const bytes = new TextEncoder().encode(formatRoCrate(this.#facts));
    const packed = compress(bytes, this.#compression);
    this.addPayload({ path: RO_CRATE, sha256: hash('sha256', bytes), packed }, this.#facts.seconds);
    this.#hasCrate = true;
  }

  /** Which files the site was made from, and those of them that are not in it. */
  addInputs(lines: readonly InputName[], extras: readonly Extra[]): void {
    this.#addTag(INPUTS, formatInputs(lines));
    // Two notes may have the same bytes.
    const distinct = new Map(extras.map((extra) => [extra.line.path, extra]));
    for (const [path, { read }] of [...distinct].sort(([a], [b]) => compareCodePoints(a, b)))
      this.#addTag(path, read());
  }

  /**
   * The files that say what there was, and the list of all files.
   *
   * @returns size and SHA-256 of the archive, which is on the disk then.
   */
  async end(suffixes: readonly string[]): Promise<{ readonly bytes: number; readonly sha256: string }> {
    await this.#addManifest();
    if (this.#facts.parts.length > 1)
      this.#addTag(RECORDS_PAGE, [...formatRecordsPage(this.#facts, suffixes)].join(''));
    const trust = new TextEncoder().encode(this.#trust);
    const lines = [...this.#tags, { path: TRUST, sha256: hash('sha256', trust) }];
    this.#addTag(bagit.TAG_MANIFEST, lines.map(bagit.manifestLine).join(''), false);
    this.#addTag(TRUST, trust, false);
    this.#file.write(this.#zip.end());
    const sha256 = this.#file.finish();
    return { bytes: this.#file.bytes, sha256 };
  }

  close(): void {
    this.#file.close();
  }
}

function formatInfo(facts: PackageFacts, crateBytes: number): string {
  const { set, parts, index, seconds, url, version, bytes, files, allRecords, records } = facts;
  const oxum = { bytes: bytes + crateBytes, files: files + 1 };
  const part = parts.length === 1 ? '' : `, of which ${records} are in this part`;
  return bagit.formatBagInfo([
    ...(url === null ? [] : ([['Source-Organization', `Operator of the mirror at ${url}`]] as const)),
    ['External-Description', `Mirror of ${allRecords} Pith Open Graph records${part}`],
    ['Bagging-Date', new Date(seconds * 1000).toISOString().slice(0, 10)],
    ['External-Identifier', facts.name],
    ['Payload-Oxum', bagit.formatOxum(oxum)],
    ...(parts.length === 1
      ? []
      : ([
          ['Bag-Group-Identifier', set],
          ['Bag-Count', `${index + 1} of ${parts.length}`],
        ] as const)),
    ['Bag-Software-Agent', `pith-mirror ${version}`],
  ]);
}
