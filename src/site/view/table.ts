/** Shows JSON from a bundle as readable rows: no braces, and omissions are stated. Pure. */
import { formatCompact, isArray, isNumber, isObject, type Json, type JsonObject } from '../../protocol/index.ts';
import { visibleText } from '../shared/text.ts';
import { spaced } from '../shared/words.ts';
import { safeHref } from './links.ts';

/** Text that is safe to show, with a link if it is an address. */
export interface Cell {
  readonly text: string;
  readonly href: string | null;
  /** Its style: `cell`, with `code` for digests and ids, and `long` if a word may break anywhere. */
  readonly look: string;
}

export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly Cell[])[];
  /** How many rows are omitted from a long list. */
  readonly more: number;
}

/** A name and its value, the name with its path: `nested › deep › 1`. */
export type Pair = readonly [name: string, value: Cell];

/** Turns an upstream name, `cross_source`, into words. */
const NAME = /^[a-z]+(?:_[a-z]+)+$/;
const MAX_ROWS = 500;
const MAX_COLUMNS = 6;
const CODE = /^(?:sha256:)?[0-9a-f]{32,}$|^[A-Za-z0-9+/]{40,}={0,2}$/;

/** Text for one value; nested values are compact JSON. */
function plain(value: Json | undefined): string {
  if (value === undefined || value === null || value === '') return '–';
  if (typeof value === 'string') return visibleText(NAME.test(value) ? spaced(value) : value);
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (isNumber(value)) return value.literal;
  if (isArray(value) && value.every((item) => typeof item === 'string'))
    return value.map(visibleText).join(' · ') || '–';
  return visibleText(formatCompact(value));
}

/** A word that a narrow column must be able to break. */
const LONG = /\S{17}/;

export function textCell(text: string, href: string | null = null): Cell {
  return { text, href, look: LONG.test(text) ? 'cell long' : 'cell' };
}

export function cell(value: Json | undefined): Cell {
  if (typeof value !== 'string') return textCell(plain(value));
  const shown = textCell(plain(value), /^https?:\/\//.test(value) ? safeHref(value) : null);
  return CODE.test(value) ? { ...shown, look: 'cell long code' } : shown;
}

/** Rows of objects with the union of their members as columns; the first named come first. */
export function tableOf(items: readonly Json[], first: readonly string[] = []): Table {
  const rows = items.slice(0, MAX_ROWS);
  const seen = new Set<string>();
  for (const row of rows) if (isObject(row)) for (const name of row.keys()) seen.add(name);
  const names = [...first.filter((name) => seen.has(name)), ...[...seen].filter((name) => !first.includes(name))];
  const more = items.length - rows.length;
  if (names.length === 0) return { columns: ['value'], rows: rows.map((row) => [cell(row)]), more };
  const shown = names.length > MAX_COLUMNS ? names.slice(0, MAX_COLUMNS - 1) : names;
  const rest = new Set(names.slice(shown.length));
  return {
    columns: [...shown.map((name) => visibleText(spaced(name))), ...(rest.size > 0 ? ['further'] : [])],
    rows: rows.map((row) => {
      if (!isObject(row)) return [cell(row)];
      const own = shown.map((name) => cell(row.get(name)));
      if (rest.size === 0) return own;
      const further = [...row].filter(([name, value]) => rest.has(name) && value !== null && value !== '');
      return [...own, cell(further.map(([name, value]) => `${spaced(name)}: ${plain(value)}`))];
    }),
    more,
  };
}

/** Every leaf of a value with its path, in order; the last row says how many are omitted, if any. */
export function pairsOf(value: Json, limit = 1000): readonly Pair[] {
  const pairs: Pair[] = [];
  let left = 0;
  const visit = (at: Json, path: readonly string[]): void => {
    const members = isArray(at)
      ? at.map((item, i): [string, Json] => [String(i + 1), item])
      : isObject(at)
        ? [...at].map(([name, item]): [string, Json] => [spaced(name), item])
        : null;
    const isSimple = isArray(at) && at.length > 0 && at.every((item) => typeof item === 'string');
    if (members === null || members.length === 0 || isSimple) {
      if (pairs.length >= limit) left++;
      else {
        const empty = isArray(at) ? 'an empty list' : 'an empty object';
        const shown = members?.length === 0 ? textCell(empty) : cell(at);
        pairs.push([path.map(visibleText).join(' › '), shown]);
      }
      return;
    }
    for (const [name, item] of members) visit(item, [...path, name]);
  };
  visit(value, []);
  if (left > 0) pairs.push(['and more', textCell(`${left} further values, in the JSON`)]);
  return pairs;
}

/** Non-empty members of an object, except those named. */
export function restOf(object: JsonObject, ...without: readonly string[]): JsonObject {
  return new Map([...object].filter(([name]) => !without.includes(name)));
}
