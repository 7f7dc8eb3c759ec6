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
import { decodeUtf8, ParseError } from '../../protocol/index.ts';
import { codeOf, messageOf, UsageError } from '../base/failure.ts';
import { siteUrl } from '../base/site-url.ts';
import { MAX_NOTE_BYTES, readFrontMatter } from './notes.ts';

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

/** @throws UsageError that names the member. */
export function parseOperatorNote(bytes: Uint8Array): OperatorNote {
  const fail = (where: string, message: string): never => {
    throw new UsageError(`${OPERATOR_NOTE}: ${where === '' ? '' : `"${where}" `}${message}`);
  };
  if (bytes.length > MAX_NOTE_BYTES) fail('', `must have at most ${MAX_NOTE_BYTES} bytes (found ${bytes.length})`);
  let front: { readonly data: unknown; readonly content: string };
  try {
    front = readFrontMatter(decodeUtf8(bytes));
  } catch (error) {
    if (error instanceof ParseError) return fail('', error.problems[0]?.message ?? error.message);
    throw error;
  }
  const { data, content } = front;
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return fail('', `must begin with the members ${MEMBERS.join(', ')}, each optional`);
  const members = new Map<string, unknown>(Object.entries(data));
  for (const name of members.keys())
    if (!MEMBERS.some((known) => known === name)) fail(name, `is not one of ${MEMBERS.join(', ')}`);
  const text = (name: (typeof MEMBERS)[number]): string | null => {
    const value = members.get(name) ?? null;
    if (value === null) return null;
    if (typeof value !== 'string' || !value.isWellFormed() || value.trim() === '' || /[\r\n]/.test(value))
      return fail(name, 'must be one line of text; put it in quotes');
    return value.trim();
  };
  const given = text('site');
  const site = given === null ? null : siteUrl(given);
  if (given !== null && site === null)
    fail('site', `must be an http or https URL such as https://example.org/mirror/ (found ${JSON.stringify(given)})`);
  const sources = members.get('sources') ?? [];
  if (!Array.isArray(sources) || !sources.every((item): item is string => typeof item === 'string'))
    return fail('sources', 'must be a list of URLs');
  return {
    name: text('name'),
    site,
    contact: text('contact'),
    sources,
    select: text('select'),
    text: content.trim(),
  };
}

/** The note in a folder of bundles; null if there is none. @throws UsageError for one that cannot be read. */
export async function readOperatorNote(folder: string): Promise<OperatorNote | null> {
  let bytes: Uint8Array;
  try {
    bytes = new Uint8Array(await readFile(join(folder, OPERATOR_NOTE)));
  } catch (error) {
    // If it is not a folder, the listing reports that.
    if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null;
    throw new UsageError(`${OPERATOR_NOTE}: ${messageOf(error)}`);
  }
  return parseOperatorNote(bytes);
}
