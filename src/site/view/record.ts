/** One record's page in words: from what was verified and merged to what is shown. Pure. */
import { categoryOf } from '../../formats/categories.ts';
import { text } from '../../formats/paper.ts';
import { plainTex } from '../../formats/tex-text.ts';
import {
  absoluteUrl,
  bundleFile,
  HOME,
  ICON,
  MIRRORS,
  PAGE_SCRIPT,
  REPORT,
  recordFile,
  recordPage,
  relativeLink,
  SIGNING_KEY,
  STYLE,
  stateFile,
} from '../../mirror/base/paths.ts';
import type { SiteContext, Verdict } from '../../mirror/plan/catalogue.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import {
  expectedAliases,
  type Finding,
  formatIndented,
  isObject,
  type Json,
  type MergedRecord,
} from '../../protocol/index.ts';
import { visibleText } from '../shared/text.ts';
import { counted } from '../shared/words.ts';
import { type Alert, alertsOf } from './alerts.ts';
import { type BadgeView, badgeView, citationSnippets, recordMetas, type Snippet, signposts } from './cite.ts';
import { type Contents, contentsOf, newestSnapshot } from './contents.ts';
import type { HeadLink, HeadMeta } from './head.ts';
import { type LedgerGroup, ledgerGroups, type OutcomeCount, outcomeCounts } from './ledger.ts';
import { arxivLink, doiLink, type Link, licenseOf, originRecord, safeHref } from './links.ts';
import { type MarkdownNode, markdownTree } from './markdown.ts';
import { type RichPart, richParts } from './maths.ts';
import {
  type EventRow,
  eventName,
  eventRows,
  type ReceivedRow,
  receivedRows,
  type StateView,
  stateViews,
} from './merge.ts';
import { REASON_WORDS } from './reasons.ts';
import { repeatSetup } from './repeat.ts';
import { type ShellLines, shellLines } from './shell.ts';
import { type Badge, badges, type CompletenessRow, completeness } from './status.ts';

export interface FileLink {
  readonly name: string;
  readonly href: string;
  readonly text: string;
}

export interface NoteView {
  readonly retrievedFrom: Link | null;
  readonly retrievedAt: string | null;
  readonly collections: readonly string[];
  readonly text: readonly MarkdownNode[];
}

/** A text of the paper's: with formulas, and as it was typed where that is another. */
export interface PaperText {
  readonly parts: readonly RichPart[];
  readonly raw: string | null;
}

export interface RecordView {
  readonly suffix: string;
  readonly pithNumber: string;
  readonly shortPithNumber: string;
  readonly verdict: Verdict;
  readonly verdictHeading: string;
  readonly verdictText: string;
  readonly counts: readonly OutcomeCount[];
  readonly alerts: readonly Alert[];
  readonly title: PaperText | null;
  /** The title on one line, formulas as TeX; the short number where no title is at hand. */
  readonly plainTitle: string;
  readonly authors: PaperText | null;
  readonly abstractExcerpt: PaperText | null;
  readonly arxiv: Link;
  readonly doi: Link | null;
  readonly license: Link | null;
  readonly submittedAt: string;
  readonly categories: readonly { readonly code: string; readonly name: string | null }[];
  readonly badges: readonly Badge[];
  readonly findings: readonly {
    readonly code: string;
    /** The code in words. */
    readonly words: string;
    readonly where: string;
    readonly message: string;
  }[];
  readonly ledger: readonly LedgerGroup[];
  readonly repeatSetup: string;
  readonly completeness: readonly CompletenessRow[];
  readonly contents: Contents;
  readonly events: readonly EventRow[];
  readonly states: readonly StateView[];
  readonly files: readonly FileLink[];
  /** Where there are several bundles of this number; else empty. */
  readonly received: readonly ReceivedRow[];
  readonly isAssembled: boolean;
  /** Null where no receipt is at hand. */
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
    readonly origin: string;
    readonly canonical: string | null;
  };
}

function paperText(raw: string | null): PaperText | null {
  if (raw === null) return null;
  const isPlain = !/[\\$]|--/.test(raw);
  return {
    parts: isPlain ? [{ kind: 'words', text: raw }] : richParts(raw),
    raw: isPlain || plainTex(raw) === raw ? null : visibleText(raw),
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

function verdictOf(
  { merged }: RecordEntry,
  findings: readonly Finding[],
): Pick<RecordView, 'verdict' | 'verdictHeading' | 'verdictText'> {
  if (merged === null) {
    return {
      verdict: 'record-only',
      verdictHeading: 'Record only: nothing signed is at hand',
      verdictText:
        'This mirror has no bundle for this record. Its hash and number were recomputed from the record below and fit; who vouches for the record, and which events belong to it, cannot be checked here.',
    };
  }
  const valid = counted(merged.events.valid.length, 'event');
  if (findings.length === 0) {
    return {
      verdict: 'verified',
      verdictHeading: 'Verified when this page was built',
      verdictText: `Every signature of the bundle and its ${valid} was checked against the pinned key, and every digest that can be computed from a bundle; the state was recomputed by the merge. The ledger below names each check.`,
    };
  }
  if (merged.published.kind === 'assembled') {
    return {
      verdict: 'findings',
      verdictHeading: `Assembled from several bundles, with ${counted(findings.length, 'finding')}`,
      verdictText: `No bundle that was received holds every valid event. The digests and signatures of the ${merged.bundles.length} bundles hold, and are what proves the events; the one that this mirror assembled from them is not signed. Of the events ${merged.events.valid.length} are valid and ${merged.events.invalid.length} are not. Read the findings before you rely on this record.`,
    };
  }
  return {
    verdict: 'findings',
    verdictHeading: `Verified, with ${counted(findings.length, 'finding')}`,
    verdictText: `The bundle’s digest and signature hold. Of its events ${merged.events.valid.length} are valid and ${merged.events.invalid.length} are not. Read the findings before you rely on this record.`,
  };
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
    text: words,
  });
  const record = link(recordFile(suffix), 'the canonical record, canonical bytes');
  if (entry.merged === null) return [record];
  const isAssembled = entry.merged.published.kind === 'assembled';
  return [
    link(bundleFile(suffix), isAssembled ? 'assembled by this mirror, not signed' : 'the signed bundle, as received'),
    link(stateFile(suffix), 'the state, recomputed by the merge'),
    record,
  ];
}

export function recordView(entry: RecordEntry, { site, trust }: Pick<SiteContext, 'site' | 'trust'>): RecordView {
  const { identified, merged, findings } = entry;
  const { record, suffix, shortPithNumber } = identified;
  const page = recordPage(suffix);
  const quoted = entry.notes.find((note) => note.quoted !== null)?.quoted ?? null;
  const { paper, citation, jsonLd } = entry.texts;
  const judged = verdictOf(entry, findings);
  const events = eventRows(merged, newestSnapshot(merged));
  const anchors = new Map(
    events.flatMap((row) => (row.key === null ? [] : [[row.key, { name: eventName(row), href: `#${row.anchor}` }]])),
  );
  const ledger = ledgerGroups(entry, trust.keys, anchors);
  const contents = contentsOf(merged, anchors);
  const plainTitle = paper.title === null ? shortPithNumber : visibleText(citation.title);
  const description = `${judged.verdictHeading}: ${identified.pithNumber}`;
  const origin = originRecord(suffix);
  return {
    suffix,
    pithNumber: identified.pithNumber,
    shortPithNumber,
    ...judged,
    counts: outcomeCounts(ledger),
    alerts: alertsOf(entry, contents, events),
    title: paperText(paper.title),
    plainTitle,
    authors: paperText(paper.authors),
    abstractExcerpt: paperText(paper.abstractExcerpt),
    arxiv: arxivLink(record.source.id, record.source.version),
    doi: doiLink(record.source.id),
    license: licenseOf(record.license),
    submittedAt: record.submittedAt,
    categories: [record.primaryCategory, ...record.crossCategories].map((code) => ({
      code: visibleText(code),
      name: categoryOf(code)?.name ?? null,
    })),
    badges: badges(merged),
    findings: findings.map(({ code, where, message }) => ({ code, words: REASON_WORDS[code], where, message })),
    ledger,
    repeatSetup: repeatSetup(trust.keys),
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
    shell: shellLines(entry, { site, trust }),
    keys: trust.keys.map(({ keyId, fingerprint }) => [keyId, fingerprint] as const),
    notes: noteViews(entry),
    citations: citationSnippets(entry),
    latex: {
      id: 'latex-lines',
      name: 'LaTeX',
      text: `\\usepackage{pith}\n\\pithnumber{${suffix}}`,
      href: null,
      type: null,
    },
    badge: badgeView(entry, judged.verdict, site, origin),
    head: {
      title: paper.title === null ? shortPithNumber : `${plainTitle} · ${shortPithNumber}`,
      description,
      metas: recordMetas(entry, citation, description, site),
      headLinks: signposts(entry, citation),
      jsonLd,
      scripts: [relativeLink(page, PAGE_SCRIPT)],
    },
    links: {
      home: relativeLink(page, HOME),
      style: relativeLink(page, STYLE),
      icon: relativeLink(page, ICON),
      report: relativeLink(page, REPORT),
      mirrors: relativeLink(page, MIRRORS),
      key: relativeLink(page, SIGNING_KEY),
      origin,
      canonical: site === null ? null : absoluteUrl(site, page),
    },
  };
}
