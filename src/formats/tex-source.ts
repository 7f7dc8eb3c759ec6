/** The groups, commands and letters of a text that was typed as TeX. Pure. */
import { ACCENTS, LETTERS } from './tex-letters.ts';

/** The name of a command, without its backslash. */
export const NAME = /[a-zA-Z]+/y;
export const BLANKS = /\s+/y;
const LETTER = /^\p{L}\p{M}*$/u;
/** The most accents and braces around one letter. */
const MAX_LETTER_DEPTH = 4;

/** The index of each brace's partner, or -1. */
function partnersOf(text: string): Int32Array {
  const partners = new Int32Array(text.length).fill(-1);
  const open: number[] = [];
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '{') open.push(at);
    else if (text[at] === '}') {
      const start = open.pop();
      if (start === undefined) continue;
      partners[start] = at;
      partners[at] = start;
    }
  }
  return partners;
}

/** A text with TeX, and where its groups end. */
export class TexSource {
  readonly text: string;
  readonly #partners: Int32Array;

  constructor(text: string) {
    this.text = text;
    this.#partners = partnersOf(text);
  }

  /** What a sticky pattern matches at `at`, or `''`. */
  match(pattern: RegExp, at: number): string {
    pattern.lastIndex = at;
    return pattern.exec(this.text)?.[0] ?? '';
  }

  /** The index of the brace that closes the group at `at`, or -1 if no group ends before `to`. */
  groupEnd(at: number, to: number): number {
    const end = this.text[at] === '{' ? (this.#partners[at] ?? -1) : -1;
    return end < to ? end : -1;
  }

  /** The one letter at `at`, with its accents: bare, in braces or by a command. Null if it is anything else. */
  letter(at: number, to: number, depth: number): { readonly letter: string; readonly end: number } | null {
    const { text } = this;
    if (at >= to || depth > MAX_LETTER_DEPTH) return null;
    const end = this.groupEnd(at, to);
    if (end !== -1) {
      const start = at + 1 + this.match(BLANKS, at + 1).length;
      const inner = this.letter(start, end, depth + 1);
      const isAll = inner !== null && text.slice(inner.end, end).trim() === '';
      return isAll ? { letter: inner.letter, end: end + 1 } : null;
    }
    if (text[at] !== '\\') {
      const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
      return LETTER.test(letter) ? { letter, end: at + letter.length } : null;
    }
    const name = this.match(NAME, at + 1) || (text[at + 1] ?? '');
    const after = at + 1 + name.length;
    const blanks = this.match(BLANKS, after).length;
    const known = LETTERS.get(name);
    if (known !== undefined) {
      return { letter: known, end: text.startsWith('{}', after) ? after + 2 : after + blanks };
    }
    const mark = ACCENTS.get(name);
    if (mark === undefined) return null;
    const base = this.letter(after + blanks, to, depth + 1);
    if (base === null) return null;
    // An i loses its dot under an accent; Unicode's í already has none.
    const dotted = base.letter.replace('ı', 'i').replace('ȷ', 'j');
    return {
      letter: `${dotted}${mark}`.normalize('NFC'),
      end: text.startsWith('{}', base.end) ? base.end + 2 : base.end,
    };
  }
}
