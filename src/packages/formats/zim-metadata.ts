/** What a ZIM says about itself, within the limits that openZIM sets: https://wiki.openzim.org/wiki/Metadata. */
import { thousands } from '../../formats/counts.ts';
import { compareCodePoints, encodeUtf8 } from '../../protocol/index.ts';
import type { KeyFact } from './facts.ts';
import { ILLUSTRATION } from './illustration.ts';
import type { ZimFile } from './zim.ts';

/** The texts that an operator chooses, or that stand for them. */
export interface ZimAbout {
  /** Identifies the series of which this ZIM is one edition: `pith-mirror_en_all`. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** ISO 639-3 codes, with commas: `eng`. */
  readonly language: string;
  /** Who made the content, and who made the file. */
  readonly creator: string;
  readonly publisher: string;
}

export interface ZimFacts extends ZimAbout {
  readonly longDescription: string;
  /** `2026-05-21`. */
  readonly date: string;
  /** Where the site is published, or null. */
  readonly source: string | null;
  /** The program that wrote the file. */
  readonly scraper: string;
  /** How many files of each media type there are. */
  readonly counts: ReadonlyMap<string, number>;
}

/** The most characters of the texts that readers show. */
const LIMITS: Readonly<Record<Exclude<keyof ZimAbout, 'language' | 'name'>, number>> = {
  title: 30,
  description: 80,
  creator: 200,
  publisher: 200,
};
const LONG = 4000;
const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;
const LANGUAGE = /^[a-z]{3}(?:,[a-z]{3}){0,9}$/;

/** What is wrong with a text; null if it is allowed. */
export function aboutProblem(key: keyof ZimAbout, value: string): string | null {
  const found = `found ${JSON.stringify(value)}`;
  if (key === 'name')
    return NAME.test(value)
      ? null
      : `expected up to 80 of A–Z a–z 0–9 . _ -, beginning with a letter or a digit (${found})`;
  if (key === 'language')
    return LANGUAGE.test(value) ? null : `expected a code of three letters, or several with commas: eng,fra (${found})`;
  const { length } = [...value];
  if (value.trim() === '' || /\p{Cc}/u.test(value) || !value.isWellFormed())
    return `expected text on one line (${found})`;
  return length <= LIMITS[key] ? null : `expected at most ${LIMITS[key]} characters (found ${length})`;
}

const TEXT = 'text/plain;charset=utf-8';
/** The media types of metadata. */
export const METADATA_TYPES: readonly string[] = [TEXT, 'image/png'];

/** The entries of the namespace M, in the order of their names. @throws RangeError if the long description is too long. */
export function formatMetadata(facts: ZimFacts): readonly Omit<ZimFile, 'title'>[] {
  const { longDescription, counts } = facts;
  if ([...longDescription].length > LONG) throw new RangeError(`the long description has more than ${LONG} characters`);
  const counter = [...counts].sort(([a], [b]) => compareCodePoints(a, b)).map(([type, count]) => `${type}=${count}`);
  const texts: Readonly<Record<string, string | null>> = {
    Counter: counter.join(';'),
    Creator: facts.creator,
    Date: facts.date,
    Description: facts.description,
    Language: facts.language,
    LongDescription: longDescription,
    Name: facts.name,
    Publisher: facts.publisher,
    Scraper: facts.scraper,
    Source: facts.source,
    // Readers look for a full-text index unless a file says that it has none.
    Tags: '_ftindex:no',
    Title: facts.title,
  };
  const files = Object.entries(texts).flatMap(([path, text]) =>
    text === null ? [] : [{ path, type: TEXT, bytes: encodeUtf8(text) }],
  );
  const illustration = { path: 'Illustration_48x48@1', type: 'image/png', bytes: ILLUSTRATION };
  return [...files, illustration].sort((a, b) => compareCodePoints(a.path, b.path));
}

/** Languages that have a code of two letters in the names of Kiwix's files; others keep their three. */
const SHORT: Readonly<Record<string, string>> = { eng: 'en', deu: 'de', fra: 'fr', spa: 'es', ita: 'it', por: 'pt' };

/** `pith-mirror_en_all`: how openZIM names a series. */
function defaultName(language: string): string {
  const short = language.includes(',') ? 'mul' : (SHORT[language] ?? language);
  return `pith-mirror_${short}_all`;
}

export const ABOUT = ['name', 'title', 'description', 'language', 'creator', 'publisher'] as const;

/** What is known of a mirror. */
export interface MirrorFacts {
  readonly records: number;
  /** Of the newest data: `2026-05-21`. */
  readonly date: string;
  /** Where it is published, or null. */
  readonly url: string | null;
  readonly keys: readonly KeyFact[];
}

const countOf = ({ records }: MirrorFacts, what: string): string =>
  `${thousands(records)} ${what}${records === 1 ? '' : 's'}`;

/** The texts of a mirror's ZIM. @param chosen those that the operator chose. */
export function aboutMirror(
  chosen: { readonly [K in keyof ZimAbout]?: string | undefined },
  facts: MirrorFacts,
): ZimAbout {
  const language = chosen.language ?? 'eng';
  return {
    name: chosen.name ?? defaultName(language),
    title: chosen.title ?? 'Pith Open Graph mirror',
    description: chosen.description ?? `${countOf(facts, 'record')} of scientific papers, with signed bundles`,
    language,
    creator: chosen.creator ?? 'Pith Open Graph',
    publisher: chosen.publisher ?? facts.url ?? 'unnamed operator',
  };
}

/** What a reader should know before they trust the file. */
export function describeMirror(facts: MirrorFacts): string {
  const keys = facts.keys.map(({ keyId, role, fingerprint }) => `${keyId} (${role}): ${fingerprint}`);
  return [
    `A mirror of ${countOf(facts, 'Pith Open Graph record')}, as of ${facts.date}.`,
    'Each page shows the content of a record’s signed bundle. The button on the page, and verify.html, check digests and signatures in the browser, without a network.',
    `Keys that the site was built with, each with the first 16 bytes of its SHA-256: ${keys.join('; ')}.`,
    'Compare them with a source other than this file.',
  ].join('\n');
}
