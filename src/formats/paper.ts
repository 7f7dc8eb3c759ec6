/** What a record's bundle or note says of the paper, as upstream gives it: text from strangers. Pure. */
import { isObject, type Json, type MergedRecord } from '../protocol/index.ts';
import type { PaperRecord } from './input.ts';

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
  /** One text with all names, as the registry or the operator's note writes them. */
  readonly authors: string | null;
  /** Whose word `authors` is: that of the registry, which sorts the names, or of an operator's note. */
  readonly authorsBy: 'registry' | 'operator';
  /** The authors in the paper's order, by an operator's note; null where none says it. */
  readonly authorsInOrder: readonly string[] | null;
  /** The beginning of the abstract only. */
  readonly abstractExcerpt: string | null;
}

export function paperOf({ merged, notes }: Pick<PaperRecord, 'merged' | 'notes'>): Paper {
  const authorsInOrder = notes.find((note) => note.authorsInOrder !== null)?.authorsInOrder ?? null;
  if (merged === null) {
    const quoted = notes.find((note) => note.quoted !== null)?.quoted ?? null;
    return {
      title: quoted?.title ?? null,
      authors: quoted?.authors ?? null,
      authorsBy: 'operator',
      authorsInOrder,
      abstractExcerpt: null,
    };
  }
  const paper = member(currentSnapshot(merged), 'paper');
  return {
    title: text(member(paper, 'title')),
    authors: text(member(paper, 'authors_text')),
    authorsBy: 'registry',
    authorsInOrder,
    abstractExcerpt: text(member(paper, 'abstract_excerpt')),
  };
}
