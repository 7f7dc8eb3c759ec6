/**
 * What Zotero makes of a record's page and files, by the rules that its translators document: a small oracle of our own, for the
 * parts of Embedded Metadata, RIS and CSL JSON that these pages and files meet.
 */
import { elements } from './html.ts';

/** A person with two names, or a group or single name with the first one empty. */
export type Creator = readonly [last: string, first: string];

export interface Item {
  readonly type: string;
  readonly fields: Readonly<Record<string, string>>;
  readonly creators: readonly Creator[];
}

/** Tags of Highwire Press that decide the type before anything else. */
const HIGHWIRE_TYPES: Readonly<Record<string, string>> = {
  citation_journal_title: 'journalArticle',
  citation_technical_report_institution: 'report',
  citation_conference_title: 'conferencePaper',
  citation_conference: 'conferencePaper',
  citation_book_title: 'bookSection',
  citation_inbook_title: 'bookSection',
  citation_dissertation_institution: 'thesis',
};

const HIGHWIRE_FIELDS: Readonly<Record<string, string>> = {
  citation_title: 'title',
  citation_publication_date: 'date',
  citation_technical_report_number: 'number',
  citation_publisher: 'publisher',
  citation_abstract: 'abstractNote',
  citation_doi: 'DOI',
  citation_public_url: 'url',
};

/** A preprint's own names of general fields. */
const PREPRINT: Readonly<Record<string, string>> = { publisher: 'repository', number: 'archiveID' };

const ofType = (type: string, fields: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(fields).map(([name, value]) => [type === 'preprint' ? (PREPRINT[name] ?? name) : name, value]),
  );

/** Each initial of A to Z gets its full stop, which cleaning may have taken. */
const initialled = (first: string): string =>
  first
    .split(/[\s.]+/)
    .map((word) => (/^-?[A-Z]$/.test(word) ? `${word}.` : word))
    .join(' ')
    .trim();

/** One name of a page: with a comma anywhere, the family name first; else the last word that begins with a letter. */
function creatorOf(written: string): Creator {
  const name = written
    .replace(/^[\s.,/[\]:]+/, '')
    .replace(/[\s.,/[\]:]+$/, '')
    .replace(/\s+/, ' ');
  if (written.includes(',')) {
    const [last = '', first = ''] = name.split(/, ?/);
    return [last, initialled(first)];
  }
  const words = name.split(' ');
  const at = words.findLastIndex((word) => /^\p{L}/u.test(word));
  return [words.slice(Math.max(at, 0)).join(' '), words.slice(0, Math.max(at, 0)).join(' ')];
}

/** The names of all `citation_author`: each may hold several, and a sole one with words on both sides of its comma is two. */
function creatorsOf(tags: readonly string[]): readonly Creator[] {
  const names = tags.flatMap((tag) => {
    const several = tag.split(/\s*;\s*/);
    const [before = '', after = ''] = several.length === 1 && tags.length === 1 ? tag.split(/\s*,\s*/) : [];
    return before.includes(' ') && after.includes(' ') ? tag.split(/\s*,\s*/) : several;
  });
  return names.filter((name, i) => /[^\s,-.;]/.test(name) && name !== names[i - 1]).map(creatorOf);
}

/** The item that the connector saves of a page. */
export function savedPage(html: string): Item {
  const metas = elements(html).flatMap(({ name, attributes }) => {
    const key = attributes.get('name') ?? attributes.get('property');
    return name === 'meta' && key !== undefined ? [[key, attributes.get('content') ?? ''] as const] : [];
  });
  // A tag counts by the end of its name, and the first that has a text is taken.
  const all = (tag: string): readonly string[] => metas.flatMap(([key, value]) => (key.endsWith(tag) ? [value] : []));
  const own = Object.entries(HIGHWIRE_TYPES).find(([tag]) => all(tag).length > 0)?.[1];
  const guess = all('citation_title').length > 0 ? 'journalArticle' : 'webpage';
  const type = own ?? metas.find(([key]) => /^dc(?:terms)?\.type$/i.test(key))?.[1] ?? guess;
  const fields = Object.entries(HIGHWIRE_FIELDS).flatMap(([tag, field]) => {
    const value = all(tag).find((text) => text.trim() !== '');
    return value === undefined ? [] : [[field, value.replace(/\s+/g, ' ').trim()] as const];
  });
  return { type, fields: ofType(type, Object.fromEntries(fields)), creators: creatorsOf(all('citation_author')) };
}

const RIS_TYPES: Readonly<Record<string, string>> = {
  MANSCPT: 'manuscript',
  UNPD: 'manuscript',
  JOUR: 'journalArticle',
};
const RIS_FIELDS: Readonly<Record<string, string>> = {
  TI: 'title',
  DA: 'date',
  M3: 'manuscriptType',
  DB: 'archive',
  AN: 'archiveLocation',
  DO: 'DOI',
  UR: 'url',
  N1: 'note',
};

/** All values but a note's are HTML. */
const unescaped = (value: string): string => {
  if (/<[a-z/!?]|&[a-z]/i.test(value)) throw new RangeError(`Zotero would read markup in ${value}`);
  return value.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
};

/** The item that the import of a RIS file gives. An unknown type is a journal article. */
export function importedRis(ris: string): Item {
  const lines = ris.split('\r\n').flatMap((line) => {
    const [, tag, value = ''] = /^([A-Z][A-Z0-9]) {2}- ?(.*)$/.exec(line) ?? [];
    if (tag === undefined && line !== '') throw new RangeError(`no line of RIS: ${line}`);
    return tag === undefined ? [] : [[tag, tag === 'N1' ? value : unescaped(value)] as const];
  });
  const fields = lines.flatMap(([tag, value]) => {
    const field = RIS_FIELDS[tag];
    const [, year, month, day] = /^(\d{4})\/(\d\d)\/(\d\d)\/$/.exec(value) ?? [];
    return field === undefined ? [] : [[field, tag === 'DA' ? `${year}-${month}-${day}` : value] as const];
  });
  const creators = lines.flatMap(([tag, value]): readonly Creator[] => {
    const at = value.search(/\s*,\s*/);
    return tag !== 'AU'
      ? []
      : at === -1
        ? [[value, '']]
        : [[value.slice(0, at), value.slice(at).replace(/^\s*,\s*/, '')]];
  });
  const type = RIS_TYPES[lines.find(([tag]) => tag === 'TY')?.[1] ?? ''] ?? 'journalArticle';
  return { type, fields: Object.fromEntries(fields), creators };
}

const CSL_FIELDS: Readonly<Record<string, string>> = {
  title: 'title',
  publisher: 'publisher',
  number: 'number',
  genre: 'genre',
  DOI: 'DOI',
  URL: 'url',
};

/** The item that the import of CSL-JSON gives: `article` is a preprint. Of a name, Zotero reads family, given and literal only. */
export function importedCsl(csl: string): Item {
  const [item] = JSON.parse(csl);
  const type = item.type === 'article' ? 'preprint' : item.type;
  const fields = Object.entries(CSL_FIELDS).flatMap(([name, field]) =>
    name in item ? [[field, item[name]] as const] : [],
  );
  const creators = (item.author ?? []).map(
    ({ family, given, literal }: Readonly<Record<string, string | undefined>>): Creator =>
      family !== undefined || given !== undefined ? [family ?? '', given ?? ''] : [literal ?? '', ''],
  );
  const date = item.issued['date-parts'][0].map((part: number) => String(part).padStart(2, '0')).join('-');
  return { type, fields: ofType(type, { ...Object.fromEntries(fields), date }), creators };
}
