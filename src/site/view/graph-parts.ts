/** The parts of a snapshot that upstream's page describes in words: claims, references, formal links, cited by. Pure. */

import { thousands } from '../../formats/counts.ts';
import { member, text } from '../../formats/paper.ts';
import { isArray, isNumber, isObject, type Json, type JsonObject } from '../../protocol/index.ts';
import { visibleText } from '../shared/text.ts';
import { spaced } from '../shared/words.ts';
import { safeHref } from './links.ts';
import { type RichPart, richParts } from './maths.ts';
import { type Pair, pairsOf, restOf } from './table.ts';

/** One claim or one reference. */
export interface ListedItem {
  /** `C1`, `[12]`; empty if the item has no name. */
  readonly label: string;
  /** `strongest claim`; empty for a reference. */
  readonly kind: string;
  readonly text: readonly RichPart[];
  /** Identifiers, each with its address if it has one. */
  readonly links: readonly { readonly text: string; readonly href: string | null }[];
  /** All other members of the item. */
  readonly rest: readonly Pair[];
}

/** Items of one list that a page shows. */
const MAX_ITEMS = 500;

const isNothing = (value: Json): boolean => value === null || value === '';

/** Members that are shown under a name of their own; the rest follows. */
function restPairs(item: JsonObject, ...shown: readonly string[]): readonly Pair[] {
  const rest = restOf(item, ...shown);
  return pairsOf(new Map([...rest].filter(([, value]) => !isNothing(value))));
}

function claim(item: Json): ListedItem {
  const words = text(member(item, 'text'));
  if (!isObject(item) || words === null) return { ...NOTHING, rest: pairsOf(item) };
  return {
    label: visibleText(text(item.get('claim_id')) ?? ''),
    kind: visibleText(spaced(text(item.get('kind')) ?? '')),
    text: richParts(words),
    links: [],
    // `source` names the member of the verdict from which the claim was taken.
    rest: restPairs(item, 'claim_id', 'kind', 'text'),
  };
}

const NOTHING: ListedItem = { label: '', kind: '', text: [], links: [], rest: [] };

function reference(item: Json): ListedItem {
  const title = text(member(item, 'title'));
  if (!isObject(item) || title === null) return { ...NOTHING, rest: pairsOf(item) };
  const index = item.get('ref_index');
  const year = item.get('year');
  const doi = text(item.get('doi'));
  const arxiv = text(item.get('arxiv_id'));
  return {
    label: isNumber(index) ? `[${index.literal}]` : '',
    kind: '',
    text: richParts(title),
    links: [
      ...(isNumber(year) ? [{ text: year.literal, href: null }] : []),
      ...(doi === null ? [] : [{ text: visibleText(`doi:${doi}`), href: safeHref(`https://doi.org/${doi}`) }]),
      ...(arxiv === null
        ? []
        : [{ text: visibleText(`arXiv:${arxiv}`), href: safeHref(`https://arxiv.org/abs/${arxiv}`) }]),
    ],
    rest: restPairs(item, 'ref_index', 'title', 'year', 'doi', 'arxiv_id'),
  };
}

/** The items of a list that is known to hold claims or references. */
export function listedItems(name: 'claims' | 'references', items: readonly Json[]): readonly ListedItem[] {
  return items.slice(0, MAX_ITEMS).map(name === 'claims' ? claim : reference);
}

const numberOf = (value: Json | undefined): string | null =>
  isNumber(value) && /^\d+$/.test(value.literal) ? thousands(Number(value.literal)) : null;

function countLine(object: JsonObject, members: readonly (readonly [name: string, words: string])[]): string | null {
  const parts = members.flatMap(([name, words]) => {
    const count = numberOf(object.get(name));
    return count === null ? [] : [`${count} ${words}`];
  });
  return parts.length === 0 ? null : parts.join(' · ');
}

/** The line that upstream's page shows for a part, and the members that it covers. */
export function upstreamLine(
  name: string,
  part: Json,
): { readonly line: string; readonly said: readonly string[] } | null {
  if (!isObject(part)) return null;
  const only = (count: Json | undefined, one: string, many: string): string | null => {
    const number = numberOf(count);
    return number === null ? null : `${number} ${number === '1' ? one : many}`;
  };
  const of = (line: string | null, ...said: readonly string[]): ReturnType<typeof upstreamLine> =>
    line === null ? null : { line, said };
  switch (name) {
    case 'references':
      return of(
        countLine(part, [
          ['count', 'extracted'],
          ['resolved_work', 'resolved'],
          ['internal_anchors', 'Pith anchors'],
        ]),
        'count',
        'resolved_work',
        'internal_anchors',
      );
    case 'formal_canon':
      return of(
        only(part.get('evidence_count'), 'machine-checked theorem link', 'machine-checked theorem links'),
        'evidence_count',
      );
    case 'cited_by':
      return of(only(part.get('count'), 'paper in Pith', 'papers in Pith'), 'count');
    case 'claims': {
      const items = part.get('items');
      const count = part.get('count');
      // The snapshot may count a claim that it does not list.
      return isArray(items) && isNumber(count) && Number(count.literal) !== items.length
        ? of(`The snapshot counts ${count.literal} and lists ${thousands(items.length)}.`, 'count')
        : { line: '', said: ['count'] };
    }
    default:
      return null;
  }
}
