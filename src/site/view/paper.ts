/** What a record's page shows of the paper itself: title, headline, links, categories, abstract. Pure. */
import { categoryOf } from '../../formats/categories.ts';
import { currentSnapshot, member, text } from '../../formats/paper.ts';
import { browsePage, recordPage, relativeLink } from '../../mirror/base/paths.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import type { MergedRecord } from '../../protocol/index.ts';
import { visibleText } from '../shared/text.ts';
import { arxivLink, doiLink, type Link } from './links.ts';
import { type RichPart, type RichText, richParts } from './maths.ts';

/** A text of the paper: with formulas, and as typed if that differs. */
export interface PaperText {
  readonly parts: readonly RichPart[];
  readonly raw: string | null;
}

/** The beginning of an abstract, or all of it. */
export interface AbstractView extends PaperText {
  /** Whether the text goes on at arXiv. */
  readonly isCut: boolean;
  /** A sentence that says whether it was checked against the record's hash. */
  readonly words: string;
}

export interface CategoryView {
  readonly code: string;
  /** Null if it is not an arXiv paper. */
  readonly name: string | null;
  /** The list of its records; null if there is none. */
  readonly href: string | null;
}

export function paperText(text: RichText | null): PaperText | null {
  if (text === null) return null;
  const { parts, raw } = text;
  const isAsTyped = parts.map((part) => part.text).join('') === raw.normalize('NFC');
  return { parts, raw: isAsTyped ? null : visibleText(raw) };
}

/** The length to which upstream cuts an abstract, in characters: a shorter one is whole. */
const EXCERPT = 600;

export const isCutAbstract = (excerpt: string): boolean => [...excerpt].length >= EXCERPT;

export function abstractView({ texts, checks }: RecordEntry): AbstractView | null {
  const own = paperText(texts.abstractExcerpt);
  if (own === null) return null;
  const isCut = isCutAbstract(texts.paper.abstractExcerpt ?? '');
  const isVerified = checks.some(({ subject, outcome }) => subject === 'abstract' && outcome === 'verified');
  const words = isVerified
    ? 'This is the whole abstract: it matches the record’s hash.'
    : isCut
      ? 'The bundle has only this excerpt. It cannot be checked, because the record’s hash covers the whole abstract.'
      : 'This text could not be checked against the record’s hash of the abstract.';
  return { ...own, isCut, words };
}

/** Upstream's one line about the paper. */
export function headlineOf(merged: MergedRecord | null): readonly RichPart[] | null {
  const snapshot = currentSnapshot(merged);
  const headline =
    text(member(snapshot, 'paper', 'headline')) ?? text(member(snapshot, 'verdict', 'pith_extraction_headline'));
  return headline === null ? null : richParts(headline);
}

/** The lists for a record's categories: a record without a valid date is on none. */
export function categoryViews({ identified: { record, suffix } }: RecordEntry): readonly CategoryView[] {
  const isListed = /^\d{4}-(?:0[1-9]|1[0-2])-/.test(record.submittedAt);
  return [record.primaryCategory, ...record.crossCategories].map((code) => {
    const known = categoryOf(code);
    const list = browsePage('category', known?.code ?? 'other');
    return {
      code: visibleText(code),
      name: known?.name ?? null,
      href: isListed ? relativeLink(recordPage(suffix), list) : null,
    };
  });
}

export interface VersionsView {
  /** The other versions that this mirror has, oldest first. */
  readonly links: readonly { readonly name: string; readonly href: string }[];
  /** A sentence if this is not the newest of them; else null. */
  readonly newer: string | null;
}

/** Null if this mirror has no other version of the paper. */
export function versionsView({ versions, identified: { record, suffix } }: RecordEntry): VersionsView | null {
  const newest = versions.at(-1);
  if (newest === undefined) return null;
  const isNewest = newest.version < record.source.version;
  return {
    links: versions.map((other) => ({
      name: `v${other.version}`,
      href: relativeLink(recordPage(suffix), recordPage(other.suffix)),
    })),
    newer: isNewest
      ? null
      : `This is version ${record.source.version}; this mirror has version ${newest.version}, which is newer.`,
  };
}

export function paperLinks({ id, version }: RecordEntry['identified']['record']['source']): readonly Link[] {
  const { href } = arxivLink(id, version);
  const doi = doiLink(id);
  return [
    ...(href === null
      ? []
      : [
          { text: 'Abstract at arXiv', href },
          { text: 'PDF', href: href.replace('/abs/', '/pdf/') },
        ]),
    ...(doi === null ? [] : [{ text: 'DOI', href: doi.href }]),
  ];
}
