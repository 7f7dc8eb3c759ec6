/** One record's page in words: turns verified and merged data into the texts of the page. Pure. */
import { recordDownload, type SavedFile } from '../../formats/downloads.ts';
import { text } from '../../formats/paper.ts';
import {
  bundleFile,
  CHECK_SCRIPT,
  HOME,
  ICON,
  MIRRORS,
  PAGE_SCRIPT,
  REPORT,
  recordPage,
  relativeLink,
  SIGNING_KEY,
  STYLE,
  stateFile,
  VERIFY,
} from '../../mirror/base/paths.ts';
import type { SiteContext } from '../../mirror/plan/catalogue.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import { expectedAliases, formatIndented, isObject, type Json, type MergedRecord } from '../../protocol/index.ts';
import { visibleText } from '../shared/text.ts';
import { type Alert, alertsOf } from './alerts.ts';
import { type AuthorsView, authorsView } from './authors.ts';
import { type BadgeView, badgeView, citationSnippets, type Snippet } from './cite.ts';
import { contentsOf, newestSnapshot, type RecordContents } from './contents.ts';
import { canonicalUrl, type HeadLink, type HeadMeta } from './head.ts';
import { type LedgerGroup, ledgerGroups, type OutcomeCount, outcomeCounts } from './ledger.ts';
import { arxivLink, type Link, licenseOf, originRecord, safeHref } from './links.ts';
import { type MarkdownNode, markdownTree } from './markdown.ts';
import type { RichPart } from './maths.ts';
import {
  type EventRow,
  eventName,
  eventRows,
  type ReceivedRow,
  receivedRows,
  type StateView,
  stateViews,
} from './merge.ts';
import { excerptText, recordMetas, signposts, teaser } from './metas.ts';
import {
  type AbstractView,
  abstractView,
  type CategoryView,
  categoryViews,
  headlineOf,
  type PaperText,
  paperLinks,
  paperText,
  type VersionsView,
  versionsView,
} from './paper.ts';
import { REASON_WORDS } from './reasons.ts';
import { expectedLines } from './repeat.ts';
import { type ShellLines, shellLines } from './shell.ts';
import { type Badge, badges, type CompletenessView, completeness } from './status.ts';
import { type TocEntry, tableOfContents } from './toc.ts';
import { type VerdictView, verdictView } from './verdict.ts';

export interface FileLink extends SavedFile {
  /** What it is. */
  readonly text: string;
}

export interface NoteView {
  readonly retrievedFrom: Link | null;
  readonly retrievedAt: string | null;
  readonly collections: readonly string[];
  readonly text: readonly MarkdownNode[];
}

export interface RecordView extends VerdictView {
  readonly suffix: string;
  readonly pithNumber: string;
  readonly shortPithNumber: string;
  readonly toc: readonly TocEntry[];
  readonly counts: readonly OutcomeCount[];
  readonly alerts: readonly Alert[];
  readonly title: PaperText | null;
  /** The title on one line, formulas as TeX; the short number if there is no title. */
  readonly plainTitle: string;
  readonly authors: AuthorsView | null;
  /** The names as typed, if the page shows them differently. */
  readonly rawAuthors: string | null;
  readonly versions: VersionsView | null;
  /** The snapshot's one line about the paper. */
  readonly headline: readonly RichPart[] | null;
  readonly abstract: AbstractView | null;
  /** The address of the paper. */
  readonly paperLinks: readonly Link[];
  /** The paper's id and version. */
  readonly arxiv: string;
  readonly arxivBibtex: string | null;
  readonly license: Link | null;
  readonly submittedAt: string;
  /** `First submitted` from the second version on, because the record has the date of the first. */
  readonly submittedWords: string;
  readonly categories: readonly CategoryView[];
  readonly badges: readonly Badge[];
  readonly findings: readonly {
    readonly code: string;
    /** The code in words. */
    readonly words: string;
    readonly where: string;
    readonly message: string;
  }[];
  readonly ledger: readonly LedgerGroup[];
  /** The lines that a reader runs before those of the groups. */
  readonly repeat: string;
  readonly completeness: CompletenessView;
  readonly contents: RecordContents;
  readonly events: readonly EventRow[];
  readonly states: readonly StateView[];
  readonly files: readonly FileLink[];
  /** The bundles received, if there are several; else empty. */
  readonly received: readonly ReceivedRow[];
  readonly isAssembled: boolean;
  /** Null if there is no receipt. */
  readonly receipt: readonly (readonly [string, string])[] | null;
  readonly hashes: readonly (readonly [string, string])[];
  readonly hasState: boolean;
  readonly aliases: readonly (readonly [string, string])[];
  readonly recordJson: string;
  readonly shell: readonly ShellLines[];
  readonly keys: readonly (readonly [string, string])[];
  readonly notes: readonly NoteView[];
  readonly citations: readonly Snippet[];
  readonly latex: Snippet;
  readonly badge: BadgeView;
  readonly head: {
    readonly title: string;
    readonly description: string;
    readonly metas: readonly HeadMeta[];
    readonly headLinks: readonly HeadLink[];
    readonly jsonLd: string;
    readonly scripts: readonly string[];
  };
  readonly links: {
    readonly home: string;
    readonly style: string;
    readonly icon: string;
    readonly report: string;
    readonly mirrors: string;
    readonly key: string;
    readonly checkScript: string;
    /** What each check proves. */
    readonly checkMeanings: string;
    readonly origin: string;
    readonly canonical: string | null;
  };
}

function receiptRows(merged: MergedRecord | null, quoted: Json | null): RecordView['receipt'] {
  const created = merged?.applied.find(({ effect }) => effect === 'record');
  const receipt = created?.event.payload.get('receipt') ?? quoted ?? undefined;
  if (!isObject(receipt)) return null;
  const rows: [string, string | null][] = [
    ['First computed', text(receipt.get('first_computed_at'))],
    ['Builder', text(receipt.get('builder_version'))],
    ['Signature', `Pith Ed25519 (${text(receipt.get('key_id')) ?? 'no key named'})`],
    ['Signature value', text(receipt.get('signature_b64'))],
    ['Receipt version', text(receipt.get('receipt_version'))],
  ];
  return rows.flatMap(([name, value]) => (value === null ? [] : [[name, value] as const]));
}

function noteViews({ notes }: RecordEntry): readonly NoteView[] {
  return notes.map(({ retrievedFrom, retrievedAt, collections, text: source }) => ({
    retrievedFrom: retrievedFrom === null ? null : { text: retrievedFrom, href: safeHref(retrievedFrom) },
    retrievedAt,
    collections,
    text: markdownTree(source),
  }));
}

function fileLinks(entry: RecordEntry, page: string): readonly FileLink[] {
  const { suffix } = entry.identified;
  const link = (path: string, words: string): FileLink => ({
    name: path.slice(path.lastIndexOf('/') + 1),
    href: relativeLink(page, path),
    type: 'application/json',
    text: words,
  });
  const record = { ...recordDownload(entry.identified), text: 'the canonical record, byte for byte as it is hashed' };
  if (entry.merged === null) return [record];
  const isAssembled = entry.merged.published.kind === 'assembled';
  return [
    link(bundleFile(suffix), isAssembled ? 'assembled by this mirror, not signed' : 'the signed bundle, as received'),
    link(stateFile(suffix), 'the state, recomputed from the events'),
    record,
  ];
}

export function recordView(entry: RecordEntry, { site, trust }: Pick<SiteContext, 'site' | 'trust'>): RecordView {
  const { identified, merged, findings } = entry;
  const { record, suffix, shortPithNumber } = identified;
  const page = recordPage(suffix);
  const quoted = entry.notes.find((note) => note.quoted !== null)?.quoted ?? null;
  const { paper, citation, pageJsonLd, title, authors } = entry.texts;
  const events = eventRows(merged, newestSnapshot(merged));
  const anchors = new Map(
    events.flatMap((row) => (row.key === null ? [] : [[row.key, { name: eventName(row), href: `#${row.anchor}` }]])),
  );
  const ledger = ledgerGroups(entry, anchors);
  const counts = outcomeCounts(ledger);
  const judged = verdictView(entry, counts);
  const contents = contentsOf(merged, anchors);
  const plainTitle = paper.title === null ? shortPithNumber : visibleText(citation.title);
  const origin = originRecord(suffix);
  const arxiv = arxivLink(record.source.id, record.source.version);
  const view: Omit<RecordView, 'toc'> = {
    suffix,
    pithNumber: identified.pithNumber,
    shortPithNumber,
    ...judged,
    counts,
    alerts: alertsOf(entry, contents, events),
    title: paperText(title),
    plainTitle,
    authors: authorsView(citation),
    rawAuthors: paperText(authors)?.raw ?? null,
    versions: versionsView(entry),
    headline: headlineOf(merged),
    abstract: abstractView(entry),
    paperLinks: paperLinks(record.source),
    arxiv: visibleText(arxiv.text),
    arxivBibtex: arxiv.href?.replace('/abs/', '/bibtex/') ?? null,
    license: licenseOf(record.license),
    submittedAt: record.submittedAt,
    submittedWords: record.source.version > 1 ? 'First submitted' : 'Submitted',
    categories: categoryViews(entry),
    badges: badges(merged),
    findings: findings.map(({ code, where, message }) => ({ code, words: REASON_WORDS[code], where, message })),
    ledger,
    repeat: expectedLines(entry, trust.keys),
    completeness: completeness(merged, suffix),
    contents,
    events,
    states: stateViews(merged),
    files: fileLinks(entry, page),
    received: receivedRows(entry),
    isAssembled: merged?.published.kind === 'assembled',
    receipt: receiptRows(merged, quoted?.receipt ?? null),
    hashes: [
      ['Schema', `pith-number/v${text(record.value.get('schema_version')) ?? ''}`],
      ['Canonical hash', identified.canonicalSha256],
      ...(merged === null ? [] : [['State hash, recomputed', merged.state.sha256] as const]),
    ],
    hasState: merged !== null,
    aliases: [...expectedAliases(record.source, suffix)],
    recordJson: formatIndented(record.value),
    shell: shellLines(entry, { site }),
    keys: trust.keys.map(({ keyId, fingerprint }) => [keyId, fingerprint] as const),
    notes: noteViews(entry),
    citations: citationSnippets(entry),
    latex: {
      name: 'LaTeX',
      text: `\\usepackage{pith}\n\\pithnumber{${suffix}}`,
      file: null,
    },
    badge: badgeView(entry, judged.verdict, site, origin),
    head: {
      title: paper.title === null ? shortPithNumber : `${plainTitle} · ${shortPithNumber}`,
      description: teaser(excerptText(entry)),
      metas: recordMetas(entry, citation, site),
      headLinks: signposts(entry, citation),
      jsonLd: pageJsonLd,
      scripts: [relativeLink(page, PAGE_SCRIPT)],
    },
    links: {
      home: relativeLink(page, HOME),
      style: relativeLink(page, STYLE),
      icon: relativeLink(page, ICON),
      report: relativeLink(page, REPORT),
      mirrors: relativeLink(page, MIRRORS),
      key: relativeLink(page, SIGNING_KEY),
      checkScript: relativeLink(page, CHECK_SCRIPT),
      checkMeanings: `${relativeLink(page, VERIFY)}#checks`,
      origin,
      canonical: site === null ? null : canonicalUrl(site, page),
    },
  };
  return { ...view, toc: tableOfContents(view) };
}
