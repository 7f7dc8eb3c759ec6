/** Where a long list of names is cut, so that the names of a large collaboration do not hide the rest of the page. Pure. */
import type { RichPart } from './maths.ts';

/** Characters that are shown whole: some forty names. */
const SHOWN_WHOLE = 800;
/** Characters of the beginning of a longer list. */
const BEGINNING = 300;

export interface FoldedNames {
  readonly beginning: readonly RichPart[];
  /** Empty where all is in `beginning`. Both together are the list, but for the blank between them. */
  readonly rest: readonly RichPart[];
}

/** Cuts after the first comma behind the {@link BEGINNING}; a list without one stays whole. */
export function foldedNames(parts: readonly RichPart[]): FoldedNames {
  const lengths = parts.map((part) => (part.kind === 'words' ? part.text.length : 1));
  if (lengths.reduce((sum, length) => sum + length, 0) <= SHOWN_WHOLE) return { beginning: parts, rest: [] };
  let before = 0;
  for (const [i, part] of parts.entries()) {
    const comma = part.kind === 'words' ? part.text.indexOf(', ', Math.max(BEGINNING - before, 0)) : -1;
    if (part.kind === 'words' && comma !== -1) {
      return {
        beginning: [...parts.slice(0, i), { kind: 'words', text: part.text.slice(0, comma + 1) }],
        rest: [{ kind: 'words', text: part.text.slice(comma + 2) }, ...parts.slice(i + 1)],
      };
    }
    before += lengths[i] ?? 0;
  }
  return { beginning: parts, rest: [] };
}
