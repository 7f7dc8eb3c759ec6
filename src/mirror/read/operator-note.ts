/**
 * The mirror's own note, `mirror.md` in the folder of bundles: who runs this mirror, and why. Front matter in YAML and a
 * short Markdown text.
 *
 *     ---
 *     name: Mirror of the Example Library
 *     site: https://mirror.example/pith/
 *     contact: pith@mirror.example
 *     ---
 *     We keep the papers that our readers cite.
 *
 * It is the operator's word; nothing of it is signed.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { decodeUtf8, Members, ParseError, Problems } from '../../protocol/index.ts';
import { BuildError, codeOf, messageOf, UsageError } from '../base/failure.ts';
import { siteUrl } from '../base/site-url.ts';
import { fail, MAX_NOTE_BYTES, readFrontMatter } from './front-matter.ts';

export const OPERATOR_NOTE = 'mirror.md';

export interface OperatorNote {
  readonly name: string | null;
  /** Address of the mirror, with `/` at its end; `--site` overrides it. */
  readonly site: string | null;
  /** A mail address or a URL. */
  readonly contact: string | null;
  /** Sources of `sync`. */
  readonly sources: readonly string[];
  /** What the mirror selects, for people. */
  readonly select: string | null;
  /** Markdown. */
  readonly text: string;
}

const MEMBERS = ['name', 'site', 'contact', 'sources', 'select'] as const;

/** @throws UsageError that names the members. */
export function parseOperatorNote(bytes: Uint8Array): OperatorNote {
  try {
    return parse(bytes);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    const problems = error.problems.map(({ path, message }) => {
      const where = path === '' ? '' : `"${path.slice(1)}": `;
      return `${where}${message}`;
    });
    throw new UsageError(`${OPERATOR_NOTE}: ${problems.join('; ')}`);
  }
}

/** @throws ParseError */
function parse(bytes: Uint8Array): OperatorNote {
  if (bytes.length > MAX_NOTE_BYTES)
    fail('too_large', '', `expected at most ${MAX_NOTE_BYTES} bytes, got ${bytes.length}`);
  const { front, content } = readFrontMatter(decodeUtf8(bytes), { dates: [], documents: [] });
  const problems = new Problems();
  const members = new Members(front, '', problems, 'unreadable');
  members.only(...MEMBERS);
  const line = (name: (typeof MEMBERS)[number]): string | null => {
    const text = members.optionalString(name);
    if (text !== null && (text.trim() === '' || /[\r\n]/.test(text))) members.problem(name, 'one line of text');
    return text?.trim() ?? null;
  };
  const given = line('site');
  const site = given === null ? null : siteUrl(given);
  if (given !== null && site === null)
    members.problem('site', 'an http or https URL such as https://example.org/mirror/');
  const note: OperatorNote = {
    name: line('name'),
    site,
    contact: line('contact'),
    sources: members.optionalStrings('sources') ?? [],
    select: line('select'),
    text: content.trim(),
  };
  problems.throwIfAny();
  return note;
}

/**
 * The note in a folder of bundles; null if there is none.
 *
 * @throws UsageError for one that is no note; BuildError if the disk or the rights of the folder keep it from being read.
 */
export async function readOperatorNote(folder: string): Promise<OperatorNote | null> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(join(folder, OPERATOR_NOTE)));
  } catch (error) {
    // If it is not a folder, the listing reports that.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    const message = `${OPERATOR_NOTE}: ${messageOf(error)}`;
    if (codeOf(error) === 'EISDIR') throw new UsageError(message);
    throw new BuildError(`${message}; check the disk and the rights of the folder, and try again`);
  }
  return parseOperatorNote(bytes);
}
