/**
 * The proof of when the snapshot of a site existed, as files of an item: `snapshot.txt.ots`, and `headers/HEIGHT.hex` with the
 * header of each Bitcoin block that the proof leads to, so that it can be checked without a network. The proof lies where `stamp`
 * puts it, or is one of those that the site publishes.
 */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BuildError, codeOf } from '../mirror/base/failure.ts';
import { TIMESTAMPS, timestampFile } from '../mirror/base/paths.ts';
import type { Progress } from '../mirror/base/progress.ts';
import {
  compareCodePoints,
  encodeHex,
  encodeUtf8,
  type HeaderSource,
  isProofOf,
  parseHeaderHex,
  parseTimestampProof,
  TimestampError,
  type TimestampProof,
  verifyAttestations,
} from '../protocol/index.ts';
import { SNAPSHOT } from '../records/layout.ts';

/** Where `stamp` puts the proof of a site's snapshot. */
const PROOF = `${SNAPSHOT}.ots`;

interface FoundProof {
  readonly path: string;
  readonly bytes: Uint8Array;
}

export interface ProofFile {
  /** In the item, with `/`. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

async function readIfThere(path: string): Promise<Uint8Array | null> {
  try {
    return new Uint8Array(await readFile(path));
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return null;
    throw error;
  }
}

function parse(path: string, bytes: Uint8Array): TimestampProof {
  try {
    return parseTimestampProof(bytes);
  } catch (error) {
    if (error instanceof TimestampError)
      throw new BuildError(`${path}: ${error.message}; remove it, or stamp ${SNAPSHOT} again`);
    throw error;
  }
}

/** A published proof of the snapshot; null if there is none. Proofs of other files are none of ours, and were checked by the build. */
async function findPublished(site: string, text: string): Promise<FoundProof | null> {
  const folder = join(site, TIMESTAMPS);
  const names = await readdir(folder).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return [];
    throw error;
  });
  for (const name of names.filter((one) => one.endsWith('.ots')).sort(compareCodePoints)) {
    const path = join(folder, name);
    const bytes = new Uint8Array(await readFile(path));
    if (isProofOf(parse(path, bytes), encodeUtf8(text))) return { path, bytes };
  }
  return null;
}

async function findProof(site: string, text: string): Promise<FoundProof | null> {
  const path = join(site, PROOF);
  const bytes = await readIfThere(path);
  return bytes === null ? findPublished(site, text) : { path, bytes };
}

/** The headers that the site publishes. */
function publishedHeaders(site: string): HeaderSource {
  return (height) => {
    const path = join(site, timestampFile(`${height}.hex`));
    if (!existsSync(path)) return null;
    const header = parseHeaderHex(readFileSync(path, 'latin1'));
    if (header === null) throw new BuildError(`${path}: is no block header any more; build the site again`);
    return header;
  };
}

/**
 * @param text of the site's snapshot.
 * @param headerAt null if no headers were given: then those of the site count.
 * @returns no file if there is no proof of the snapshot.
 * @throws BuildError if the proof is damaged or of another snapshot, or if a header does not prove it.
 */
export async function proofFilesOf(
  site: string,
  text: string,
  headerAt: HeaderSource | null,
  progress: Progress,
): Promise<readonly ProofFile[]> {
  const found = await findProof(site, text);
  if (found === null) return [];
  const { path, bytes } = found;
  const proof = parse(path, bytes);
  if (!isProofOf(proof, encodeUtf8(text)))
    throw new BuildError(`${path}: is the proof of a different snapshot; remove it, and stamp ${SNAPSHOT} again`);
  const source = headerAt ?? publishedHeaders(site);
  const files: ProofFile[] = [{ name: 'snapshot.txt.ots', content: bytes }];
  for (const verdict of verifyAttestations(proof, source)) {
    if (verdict.kind === 'failed')
      throw new BuildError(
        `--headers: the header of block ${verdict.height} ${verdict.reason === 'merkle_root' ? 'has another Merkle root than the proof' : 'lacks the proof of work that it claims'} (it hashes to ${verdict.header.hash})`,
      );
    if (verdict.kind === 'pending')
      progress.note(
        `the proof of the snapshot is pending at ${verdict.uri}; complete it: pith-mirror stamp --upgrade ${path}`,
      );
    if (verdict.kind === 'no_header')
      progress.note(
        `the proof of the snapshot leads to Bitcoin block ${verdict.height}; with its header (--headers) readers can check the proof without a network`,
      );
    const header = verdict.kind === 'proved' ? source(verdict.height) : null;
    if (verdict.kind === 'proved' && header != null)
      files.push({ name: `headers/${verdict.height}.hex`, content: `${encodeHex(header)}\n` });
  }
  return files;
}
