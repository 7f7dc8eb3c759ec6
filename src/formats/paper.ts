/** What a record's bundle or note says of the paper, as upstream gives it: text from strangers. Pure. */
import type { RecordEntry } from '../mirror/plan/plan.ts';
import { isObject, type Json, type MergedRecord } from '../protocol/index.ts';

/** The member at a path of names, where each step is an object that has it. */
export function member(object: Json | undefined, ...names: readonly string[]): Json | undefined {
  return names.reduce<Json | undefined>((at, name) => (isObject(at) ? at.get(name) : undefined), object);
}

/** A string that says something, else null. */
export function text(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The newest snapshot that stands in the current state. */
export function currentSnapshot(merged: MergedRecord | null): Json | undefined {
  const listed = (merged?.applied ?? []).filter(
    ({ effect, list }) => effect === 'listed' && list === 'graph_snapshots',
  );
  return listed.at(-1)?.event.payload.get('graph_snapshot');
}

export interface Paper {
  /** May hold TeX. Vouched for by a snapshot, or by nobody where it comes from a note. */
  readonly title: string | null;
  /** One text with all names, as upstream writes them. */
  readonly authors: string | null;
  /** The beginning of the abstract only. */
  readonly abstractExcerpt: string | null;
}

export function paperOf({ merged, notes }: Pick<RecordEntry, 'merged' | 'notes'>): Paper {
  if (merged === null) {
    const quoted = notes.find((note) => note.quoted !== null)?.quoted ?? null;
    return { title: quoted?.title ?? null, authors: quoted?.authors ?? null, abstractExcerpt: null };
  }
  const paper = member(currentSnapshot(merged), 'paper');
  return {
    title: text(member(paper, 'title')),
    authors: text(member(paper, 'authors_text')),
    abstractExcerpt: text(member(paper, 'abstract_excerpt')),
  };
}
