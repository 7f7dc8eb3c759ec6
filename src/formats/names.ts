/** The authors of a paper, as far as upstream's one text with all names can be taken apart. Pure. */
import { plainAuthors } from './tex-text.ts';
import { oneLine } from './unseen.ts';

export interface Author {
  readonly name: string;
  /** A collaboration, or a name of which no one can say where its family name begins: never to be taken apart. */
  readonly isLiteral: boolean;
}

export interface Authors {
  /** One for each name; or a single one that holds the whole text, where it cannot be split safely. */
  readonly list: readonly Author[];
  readonly isSplit: boolean;
}

const WORD = String.raw`[\p{L}\p{M}][\p{L}\p{M}.'’ʼ‐‑–-]*`;
/** Two words at least; or one of a script that puts no blank between names. */
const NAME = new RegExp(
  String.raw`^(?:${WORD}(?: ${WORD})+|[\p{Script=Han}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}]{2,8})$`,
  'u',
);
const GENERATION = /^(?:jr|sr|i{2,3}|iv|ph\.?d|md)\.?$/i;
const GROUP = /\b(?:collaboration|consortium|group|team|project)\b/i;

/**
 * Splits the names at their commas, but only where each piece is surely one name.
 *
 * Upstream split its source at commas too and sorted the pieces, so `William P. Minicozzi, II` can arrive as `II, …, William P.
 * Minicozzi`: such a text is kept whole.
 */
export function splitAuthors(authors: string): Authors {
  const whole = oneLine(plainAuthors(authors));
  const names = whole.split(', ');
  const isSafe = names.every((name) => {
    const words = name.split(' ');
    return NAME.test(name) && !GENERATION.test(words[0] ?? '') && !words.includes('and') && !words.includes('others');
  });
  if (!isSafe) return { list: [{ name: whole, isLiteral: true }], isSplit: false };
  const list = names.map((name) => ({
    name,
    isLiteral: GROUP.test(name) || GENERATION.test(name.slice(name.lastIndexOf(' ') + 1)),
  }));
  return { list, isSplit: true };
}
