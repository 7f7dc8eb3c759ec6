/** What a record's bundle or note says about the paper, as upstream gives it: untrusted text. Pure. */
import { isObject, type Json, type MergedRecord } from '../protocol/index.ts';
import type { PaperRecord } from './input.ts';

/** The member at a path of names, where each step is an object that has it. */
export function member(object: Json | undefined, ...names: readonly string[]): Json | undefined {
  return names.reduce<Json | undefined>((at, name) => (isObject(at) ? at.get(name) : undefined), object);
}

/** A non-empty string, else null. */
export function text(value: Json | undefined): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** The newest snapshot in the current state. */
export function currentSnapshot(merged: MergedRecord | null): Json | undefined {
  const listed = (merged?.applied ?? []).filter(
    ({ effect, list }) => effect === 'listed' && list === 'graph_snapshots',
  );
  return listed.at(-1)?.event.payload.get('graph_snapshot');
}

export interface Paper {
  /** May contain TeX. Signed if it comes from a snapshot, unsigned if it comes from a note. */
  readonly title: string | null;
  /** One text with all names, as the registry or the operator's note writes them. */
  readonly authors: string | null;
  /** The source of `authors`: the registry, which sorts the names, or an operator's note. */
  readonly authorsBy: 'registry' | 'operator';
  /** The authors in the paper's order, from an operator's note; null if no note gives it. */
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
