/**
 * Reads a package that was just written: every file of it, against the manifests that are in it.
 *
 * The writer put files and manifests in one order, so both are read side by side, and nothing is kept: reading back takes no more
 * memory than the manifest as bytes.
 */
import { BuildError, messageOf } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { compareCodePoints, decodeUtf8 } from '../protocol/index.ts';
import { MANIFEST, manifestLine, PAYLOAD, parseManifest, TAG_MANIFEST } from './formats/bagit.ts';
import { type Directory, eachMember, type Member, ZipError } from './formats/unzip.ts';
import type { Job, StoredFile } from './job.ts';
import { closePackage, PlaceError, readPackage, readPlace } from './place.ts';
import { directoryOf } from './stored.ts';
import type { Team } from './team.ts';

/** Files per job: few enough that little is in memory. */
const BATCH = 16;
const DIGEST_DIGITS = 64;

const LINE_FEED = 0x0a;

/** The lines of a text in UTF-8, one at a time, without their line feeds. */
function* linesOf(text: Uint8Array): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const found = text.indexOf(LINE_FEED, start);
    const end = found < 0 ? text.length : found;
    yield decodeUtf8(text.subarray(start, end));
    start = end + 1;
  }
}

/** The package's list of files, and its manifests. */
class Written {
  readonly #zip: string;
  readonly #top: string;
  readonly #directory: Directory;

  constructor(zip: string, name: string) {
    this.#zip = zip;
    this.#top = `${name}/`;
    this.#directory = directoryOf(zip);
  }

  get count(): number {
    return this.#directory.entries;
  }

  /** Every file by its path in the bag. @throws ZipError unless they are in the order of the writer and behind one another. */
  *members(): Generator<readonly [path: string, member: Member]> {
    let before: Member | null = null;
    const read = (offset: number, length: number): Uint8Array => readPackage(this.#zip, offset, length);
    for (const member of eachMember(read, this.#directory)) {
      if (!member.path.startsWith(this.#top)) throw new ZipError(`${member.path}: lies outside of ${this.#top}`);
      if (before !== null && compareCodePoints(before.path, member.path) >= 0)
        throw new ZipError(`${member.path}: is not in order`);
      if (before !== null && before.offset + before.packedBytes >= member.offset)
        throw new ZipError(`${member.path}: overlaps ${before.path}`);
      before = member;
      yield [member.path.slice(this.#top.length), member];
    }
  }

  place(member: Member): StoredFile['place'] {
    return { zip: this.#zip, member };
  }

  /** @throws PlaceError if it is not there. */
  bytes(wanted: string): Uint8Array {
    for (const [path, member] of this.members()) if (path === wanted) return readPlace(this.place(member));
    throw new PlaceError(`${wanted} is missing`);
  }
}

/** The digest in the next line of the manifest. @throws ZipError unless that line is of this file. */
function nextDigest(lines: Iterator<string, unknown>, path: string): string {
  const { value } = lines.next();
  const line = typeof value === 'string' ? value : '';
  const sha256 = line.slice(0, DIGEST_DIGITS);
  if (`${line}\n` !== manifestLine({ path, sha256 })) throw new ZipError(`${path}: ${MANIFEST} does not list it`);
  return sha256;
}

/** Jobs that take the digest of every file. @throws ZipError if the manifest lists something else. */
function* jobsOf(written: Written): Generator<Job> {
  const lines = linesOf(written.bytes(MANIFEST));
  const tags = parseManifest(TAG_MANIFEST, decodeUtf8(written.bytes(TAG_MANIFEST)));
  let held: StoredFile[] = [];
  let bytes = 0;
  for (const [path, member] of written.members()) {
    const sha256 = path.startsWith(PAYLOAD) ? nextDigest(lines, path) : (tags.get(path) ?? null);
    held.push({ path, place: written.place(member), sha256 });
    bytes += member.size;
    if (held.length < BATCH) continue;
    yield { files: held, bytes, suffix: null, pack: null };
    held = [];
    bytes = 0;
  }
  const { value: more } = lines.next();
  if (more !== undefined) throw new ZipError(`${more.slice(DIGEST_DIGITS + 2)}: is missing; ${MANIFEST} lists it`);
  yield { files: held, suffix: null, pack: null };
}

/** @throws BuildError if anything differs from what was written. */
export async function readBack(path: string, name: string, team: Team, progress: Progress): Promise<void> {
  const fail = (message: string): never => {
    throw new BuildError(`${name}.zip was not written correctly: ${message}; check the disk`);
  };
  try {
    const written = new Written(path, name);
    progress.stage('reading back', written.count);
    for await (const [job, { problems }] of team.inOrder(jobsOf(written))) {
      const [problem] = problems;
      if (problem !== undefined) fail(`${problem.path}: ${problem.message}`);
      for (const _ of job.files) progress.step();
    }
  } catch (error) {
    if (error instanceof ZipError || error instanceof PlaceError) fail(messageOf(error));
    throw error;
  } finally {
    closePackage();
  }
}
