/** What the graph says about the paper: the newest snapshot, part by part, and the lists of the current state. Pure. */

import { counted } from '../../formats/counts.ts';
import { currentSnapshot, member } from '../../formats/paper.ts';
import {
  isArray,
  isNumber,
  isObject,
  type Json,
  type JsonObject,
  LISTS,
  type MergedRecord,
} from '../../protocol/index.ts';
import { visibleText } from '../shared/text.ts';
import { spaced } from '../shared/words.ts';
import { type ListedItem, listedItems, upstreamLine } from './graph-parts.ts';
import { cell, type Pair, pairsOf, restOf, type Table, tableOf, textCell } from './table.ts';
import { timestampWords } from './timestamp-proofs.ts';

/** One part that has something to show. */
export interface ContentsPart {
  readonly id: string;
  readonly heading: string;
  /** A sentence on what it is, or on what is unknown about it. */
  readonly words: string | null;
  /** Upstream's own line of counts; empty if it has none. */
  readonly line: string;
  /** Claims or references, one after the other. */
  readonly items: readonly ListedItem[];
  /** How many more items the JSON has. */
  readonly moreItems: number;
  readonly pairs: readonly Pair[];
  readonly table: Table | null;
  /** The place of the JSON: file, and pointer in it. */
  readonly file: string;
  readonly pointer: string;
}

export interface RecordContents {
  readonly parts: readonly ContentsPart[];
  /** Names of empty or missing parts, and of empty lists. */
  readonly empty: readonly string[];
}

const isNothing = (value: Json): boolean =>
  value === null ||
  value === '' ||
  value === false ||
  (isNumber(value) && Number(value.literal) === 0) ||
  (isArray(value) && value.every(isNothing)) ||
  (isObject(value) && [...value.values()].every(isNothing));

/** The name of each known part of a snapshot, in upstream's order, and which of its lists is shown item by item. */
const SNAPSHOT_PARTS: readonly {
  readonly name: string;
  readonly heading: string;
  readonly items?: string;
  readonly list?: string;
  readonly first?: readonly string[];
  readonly words?: string;
}[] = [
  {
    name: 'claims',
    heading: 'Claims',
    items: 'items',
    words: 'Extracted by the registry’s models and signed by the registry. This mirror does not check them.',
  },
  { name: 'references', heading: 'References', items: 'sample' },
  { name: 'formal_canon', heading: 'Formal links' },
  { name: 'cited_by', heading: 'Cited by' },
  {
    name: 'verdict',
    heading: 'Verdict of the registry’s models',
    words: 'Signed by the registry. This mirror does not check it.',
  },
  {
    name: 'integrity',
    heading: 'Integrity findings',
    list: 'findings',
    first: ['severity', 'verdict_class', 'finding_type', 'note', 'ref_index', 'detected_doi', 'detector'],
  },
  { name: 'author_claims', heading: 'Author claims' },
];

const LIST_HEADINGS: Readonly<Record<string, string>> = {
  corrections: 'Corrections',
  author_attestations: 'Author attestations',
  timestamp_anchors: 'Timestamp anchors',
  storage_attestations: 'Storage attestations',
  citation_signatures: 'Citation signatures',
  replication_records: 'Replication records',
  mirror_hints: 'Mirror hints',
};
/** Corrections first: nobody should have to look for them. */
const LIST_ORDER = ['corrections', ...LISTS.map(([, name]) => name)].filter(
  (name, i, all) => name !== 'graph_snapshots' && all.indexOf(name) === i,
);

const LIST_WORDS: Readonly<Record<string, string>> = {
  timestamp_anchors: 'Signed statements that an anchor exists. This mirror does not check the anchors themselves.',
  storage_attestations: 'Signed statements that a copy exists. This mirror does not check the copies themselves.',
};

function integrityPairs(part: JsonObject): readonly Pair[] {
  const detectors = part.get('detectors_run');
  const ran = isArray(detectors) ? detectors : [];
  const names = ran
    .map((detector) => (typeof detector === 'string' ? detector : member(detector, 'name')))
    .filter((name) => typeof name === 'string');
  const summary = member(part, 'summary');
  const counts = ['critical', 'advisory', 'informational'].flatMap((severity) => {
    const count = member(summary, severity);
    return isNumber(count) ? [`${count.literal} ${severity}`] : [];
  });
  return [
    ['findings', cell(counts.join(' · '))],
    ['detectors run', cell(names.length > 0 ? names.map(spaced).join(' · ') : counted(ran.length, 'detector'))],
  ];
}

const PLAIN = { line: '', items: [], moreItems: 0, pairs: [], table: null } as const;

function snapshotPart(
  { name, heading, items: itemsOf, list, first, words }: (typeof SNAPSHOT_PARTS)[number],
  part: Json,
  said: Json,
  pointer: string,
): ContentsPart {
  const found = member(part, itemsOf ?? list ?? '');
  const several = isArray(found) && found.length > 0 ? found : [];
  const upstream = upstreamLine(name, part);
  const without = [...(upstream?.said ?? []), ...(itemsOf === undefined ? [] : [itemsOf])];
  const rest = !isObject(said)
    ? said
    : list === undefined
      ? restOf(said, ...without)
      : restOf(said, list, 'summary', 'detectors_run');
  const items = itemsOf === undefined ? [] : listedItems(name === 'claims' ? 'claims' : 'references', several);
  const isTable = list !== undefined && several.length > 0;
  return {
    id: `snapshot-${name}`,
    heading,
    words: words ?? (name === 'integrity' && !isTable ? 'The detectors ran and found nothing.' : null),
    line: upstream?.line ?? '',
    items,
    moreItems: items.length === 0 ? 0 : several.length - items.length,
    pairs: name === 'integrity' && isObject(part) ? integrityPairs(part) : isNothing(rest) ? [] : pairsOf(rest),
    table: isTable ? tableOf(several, first) : null,
    file: 'bundle.json',
    pointer: `${pointer}/${name}`,
  };
}

function snapshotParts(snapshot: JsonObject, pointer: string): RecordContents {
  const parts: ContentsPart[] = [];
  const empty: string[] = [];
  for (const known of SNAPSHOT_PARTS) {
    const part = snapshot.get(known.name);
    const said = isObject(part) ? restOf(part, 'snapshot_sha256', 'endpoint', 'clean', 'available') : part;
    if (part === undefined || said === undefined || isNothing(said)) {
      // Only upstream's pages have it, so a snapshot without it is not incomplete.
      if (known.name !== 'cited_by') empty.push(known.heading.toLowerCase().replace(/ of the registry.*$/, ''));
    } else parts.push(snapshotPart(known, part, said, pointer));
  }
  const known = new Set(['paper', 'source', 'builder_version', ...SNAPSHOT_PARTS.map(({ name }) => name)]);
  for (const [name, part] of snapshot) {
    if (known.has(name) || isNothing(part)) continue;
    parts.push({
      ...PLAIN,
      id: `snapshot-further-${parts.length}`,
      heading: visibleText(spaced(name)),
      words: 'This mirror does not know this part, so it shows all of it.',
      pairs: pairsOf(part),
      file: 'bundle.json',
      pointer: visibleText(`${pointer}/${name}`),
    });
  }
  return { parts, empty };
}

/** One list of `current`: one row per event, its payload's members as columns. */
function listPart(
  merged: MergedRecord,
  name: string,
  anchors: ReadonlyMap<string, { readonly href: string }>,
): ContentsPart | null {
  const list = member(merged.state.value, 'current', name);
  if (!isArray(list) || list.length === 0) return null;
  const table = tableOf(
    list.map((item) => member(item, 'payload') ?? null),
    ['note', 'name', 'url'],
  );
  const events = list.slice(0, table.rows.length).map((item, i) => {
    const id = member(item, 'event_id');
    const createdAt = member(item, 'created_at');
    const href = typeof id === 'string' ? (anchors.get(id)?.href ?? null) : null;
    return textCell(typeof createdAt === 'string' ? createdAt.slice(0, 10) : String(i + 1), href);
  });
  return {
    ...PLAIN,
    id: `list-${name}`,
    heading: LIST_HEADINGS[name] ?? spaced(name),
    words: name === 'timestamp_anchors' ? anchorWords(merged, list) : (LIST_WORDS[name] ?? null),
    table: {
      ...table,
      columns: ['event', ...table.columns],
      rows: table.rows.map((row, i) => [events[i] ?? cell(null), ...row]),
    },
    file: 'state.json',
    pointer: `/current/${name}`,
  };
}

/** What the proofs in some values are; else that there is nothing in them that can be checked. */
function proofWords(merged: MergedRecord, values: readonly Json[], otherwise: string): string {
  const found = timestampWords(values, merged.bundles[0].canonicalSha256);
  return found.length > 0 ? found.join(' ') : otherwise;
}

const anchorWords = (merged: MergedRecord, list: readonly Json[]): string =>
  proofWords(merged, list, LIST_WORDS.timestamp_anchors ?? '');

/** `timestamp_proofs` of a bundle: not events, and not part of any state. Checked if they are in a form that is known. */
function proofPart(merged: MergedRecord): ContentsPart | null {
  const bundle = merged.published.kind === 'received' ? merged.published.bundle : merged.bundles[0];
  const proofs = bundle.value.get('timestamp_proofs');
  if (!isArray(proofs) || proofs.length === 0) return null;
  return {
    ...PLAIN,
    id: 'proofs',
    heading: 'Timestamp proofs',
    words: proofWords(
      merged,
      proofs,
      'The bundle has them in addition to its events. Their form is not known, so this mirror cannot check them.',
    ),
    table: tableOf(proofs),
    file: 'bundle.json',
    pointer: '/timestamp_proofs',
  };
}

export function contentsOf(
  merged: MergedRecord | null,
  anchors: ReadonlyMap<string, { readonly name: string; readonly href: string }>,
): RecordContents {
  if (merged === null) return { parts: [], empty: [] };
  const lists = LIST_ORDER.map((name) => [name, listPart(merged, name, anchors)] as const);
  const snapshot = currentSnapshot(merged);
  const own = isObject(snapshot)
    ? snapshotParts(snapshot, snapshotPointer(merged))
    : { parts: [], empty: ['graph snapshot'] };
  const proof = proofPart(merged);
  const listParts = lists.flatMap(([, part]) => (part === null ? [] : [part]));
  const corrections = listParts.filter(({ id }) => id === 'list-corrections');
  return {
    parts: [
      ...corrections,
      ...own.parts,
      ...listParts.filter((part) => !corrections.includes(part)),
      ...(proof === null ? [] : [proof]),
    ],
    empty: [
      ...own.empty,
      ...lists.flatMap(([name, part]) => (part === null ? [(LIST_HEADINGS[name] ?? spaced(name)).toLowerCase()] : [])),
    ],
  };
}

/** The newest snapshot's id, and its place in the published bundle. */
export function newestSnapshot(merged: MergedRecord | null): string | null {
  const listed = merged?.applied.filter(({ effect, list }) => effect === 'listed' && list === 'graph_snapshots') ?? [];
  return listed.at(-1)?.event.eventId ?? null;
}

function snapshotPointer(merged: MergedRecord): string {
  const id = newestSnapshot(merged);
  const events = merged.published.kind === 'received' ? merged.published.bundle.value.get('events') : undefined;
  const i = isArray(events) ? events.findIndex((event) => member(event, 'event_id') === id) : -1;
  return i < 0 ? 'graph_snapshot' : `/events/${i}/payload/graph_snapshot`;
}
