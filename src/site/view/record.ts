/** One record's page in words: from what was verified and merged to what is shown. Pure. */
import { member, paperOf, text } from '../../formats/paper.ts';
import type { SiteContext, Verdict } from '../../mirror/catalogue.ts';
import {
  absoluteUrl,
  bundleFile,
  HOME,
  ICON,
  MIRRORS,
  REPORT,
  receivedBundleFile,
  recordFile,
  recordPage,
  relativeLink,
  SIGNING_KEY,
  STYLE,
  stateFile,
} from '../../mirror/paths.ts';
import type { RecordEntry } from '../../mirror/plan.ts';
import {
  type AppliedEvent,
  expectedAliases,
  type Finding,
  formatIndented,
  isObject,
  type Json,
  type MergedRecord,
} from '../../protocol/index.ts';
import { type LedgerGroup, ledgerGroups } from './ledger.ts';
import { arxivLink, doiLink, type Link, licenseOf, originRecord, safeHref } from './links.ts';
import { type MarkdownNode, markdownTree } from './markdown.ts';
import { type ShellLines, shellLines } from './shell.ts';
import { type Badge, badges, type CompletenessRow, completeness } from './status.ts';
import { visibleText } from './text.ts';
import { counted, EFFECT_WORDS, spaced } from './words.ts';

export interface EventRow {
  readonly type: string;
  readonly eventId: string | null;
  readonly createdAt: string | null;
  readonly signer: string | null;
  /** What became of it: an effect, or why it is invalid. */
  readonly effect: string;
  readonly isApplied: boolean;
}

export interface FileLink {
  readonly name: string;
  readonly href: string;
  readonly text: string;
}

/** One of several bundles, by what sets it apart. */
export interface ReceivedRow extends FileLink {
  /** Valid events that no other bundle has. */
  readonly adds: readonly string[];
  /** Valid events of others that it has not. */
  readonly lacks: readonly string[];
}

export interface NoteView {
  readonly retrievedFrom: Link | null;
  readonly retrievedAt: string | null;
  readonly collections: readonly string[];
  readonly text: readonly MarkdownNode[];
}

export interface RecordView {
  readonly suffix: string;
  readonly pithNumber: string;
  readonly shortPithNumber: string;
  readonly verdict: Verdict;
  readonly verdictHeading: string;
  readonly verdictText: string;
  readonly title: string | null;
  readonly authors: string | null;
  readonly abstractExcerpt: string | null;
  readonly arxiv: Link;
  readonly doi: Link | null;
  readonly license: Link | null;
  readonly submittedAt: string;
  readonly categories: readonly string[];
  readonly badges: readonly Badge[];
  readonly findings: readonly { readonly code: string; readonly where: string; readonly message: string }[];
  readonly ledger: readonly LedgerGroup[];
  readonly completeness: readonly CompletenessRow[];
  readonly events: readonly EventRow[];
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

function appliedRow({ event, effect, list, supersededBy }: AppliedEvent): EventRow {
  const where = effect === 'listed' && list !== null ? `: ${spaced(list)}` : '';
  const by = supersededBy.length > 0 ? ` (by ${supersededBy.join(', ')})` : '';
  return {
    type: event.eventType,
    eventId: event.eventId,
    createdAt: event.createdAt,
    signer: `${text(event.signer.get('signer_id')) ?? ''} · ${event.key.keyId}`,
    effect: `${EFFECT_WORDS[effect]}${where}${by}`,
    isApplied: true,
  };
}

function eventRows(merged: MergedRecord | null): readonly EventRow[] {
  if (merged === null) return [];
  const invalid = merged.events.invalid.map(({ eventId, reason, value }) => ({
    type: text(member(value, 'event_type')) ?? 'unknown',
    eventId,
    createdAt: null,
    signer: null,
    effect: `invalid, not applied: ${spaced(reason)}`,
    isApplied: false,
  }));
  return [...merged.applied.map(appliedRow), ...invalid];
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

/** Section 9 for readers: what each bundle adds, and what it withholds. */
function receivedRows({ received, identified }: RecordEntry, page: string): readonly ReceivedRow[] {
  if (received.length < 2) return [];
  const holders = new Map<string, number>();
  const held = received.map(({ bundle }) => new Set(bundle.events.map(({ eventId }) => eventId)));
  for (const ids of held) for (const id of ids) holders.set(id, (holders.get(id) ?? 0) + 1);
  return received.map(({ bundle, bytesSha256 }, i) => ({
    name: `${bytesSha256}.json`,
    href: relativeLink(page, receivedBundleFile(identified.suffix, bytesSha256)),
    text: `built ${bundle.builtAt}, signed by ${bundle.key.keyId}, ${counted(held[i]?.size ?? 0, 'valid event')}`,
    adds: [...holders].filter(([id, count]) => count === 1 && held[i]?.has(id)).map(([id]) => id),
    lacks: [...holders.keys()].filter((id) => !held[i]?.has(id)),
  }));
}

export function recordView(entry: RecordEntry, { site, trust }: Pick<SiteContext, 'site' | 'trust'>): RecordView {
  const { identified, merged, findings } = entry;
  const { record, suffix } = identified;
  const page = recordPage(suffix);
  const quoted = entry.notes.find((note) => note.quoted !== null)?.quoted ?? null;
  const { title, authors, abstractExcerpt } = paperOf(entry);
  const eventNames = new Map(merged?.applied.map(({ event }) => [event.eventId, event.eventType]));
  return {
    suffix,
    pithNumber: identified.pithNumber,
    shortPithNumber: identified.shortPithNumber,
    ...verdictOf(entry, findings),
    title,
    authors,
    abstractExcerpt,
    arxiv: arxivLink(record.source.id, record.source.version),
    doi: doiLink(record.source.id),
    license: licenseOf(record.license),
    submittedAt: record.submittedAt,
    categories: [record.primaryCategory, ...record.crossCategories],
    badges: badges(merged),
    findings: findings.map(({ code, where, message }) => ({ code, where, message })),
    ledger: ledgerGroups(entry.checks, eventNames),
    completeness: completeness(merged, suffix),
    events: eventRows(merged),
    files: fileLinks(entry, page),
    received: receivedRows(entry, page),
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
    links: {
      home: relativeLink(page, HOME),
      style: relativeLink(page, STYLE),
      icon: relativeLink(page, ICON),
      report: relativeLink(page, REPORT),
      mirrors: relativeLink(page, MIRRORS),
      key: relativeLink(page, SIGNING_KEY),
      origin: originRecord(suffix),
      canonical: site === null ? null : absoluteUrl(site, page),
    },
  };
}

/** The `<title>` of a record's page. */
export function pageTitle({ title, shortPithNumber }: RecordView): string {
  return title === null ? shortPithNumber : `${visibleText(title)} · ${shortPithNumber}`;
}
