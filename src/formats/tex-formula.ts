/** Finds the end of a formula in a text, and decides whether the text between two dollars is a formula. Pure. */

export interface FormulaSpan {
  /** Of the TeX without its delimiters. */
  readonly start: number;
  readonly stop: number;
  /** After the closing delimiter. */
  readonly end: number;
}

/** The most characters up to the closing delimiter. Without this bound, a text with many opening delimiters would take quadratic time. */
const MAX_SPAN = 1000;

const TEXT_COMMAND = /\\(?:text(?:rm|it|bf|sf|tt|normal)?|mbox|hbox)\s*$/;
const FONT = /\\(?:rm|it|bf|sf|tt|cal|math[a-z]+|operatorname|text[a-z]*|[mh]box)(?![a-zA-Z])/;
/** Signs that occur only in formulas, not in amounts of money or names of shell variables. */
const OF_MATHS = /[\\^_=<>{}]/;
/** Two words, one after the other, or one that joins others. */
const PROSE =
  /(?<![\\a-zA-Z])(?:[a-zA-Z]{2,}\s+[a-zA-Z]{2,}|(?:and|or|to|per|for|vs|from|versus|between|than)(?![a-zA-Z]))/;

/**
 * The index of the delimiter that closes a formula, or -1. A dollar inside a `\text{…}` or `\mbox{…}` belongs to that group; if
 * braces do not balance, the first delimiter closes.
 */
function closing(text: string, from: number, to: number, sign: string): number {
  const limit = Math.min(to, from + MAX_SPAN);
  let first = -1;
  let depth = 0;
  /** The depths at which groups of text were opened. */
  const texts: number[] = [];
  for (let at = from; at < limit; at++) {
    const char = text[at];
    if (char === sign[0] && text.startsWith(sign, at)) {
      if (depth <= 0) return at;
      if (first === -1 && texts.length === 0) first = at;
    }
    if (char === '\\') at++;
    else if (char === '{') {
      depth++;
      if (/[a-z\s]/.test(text[at - 1] ?? '') && TEXT_COMMAND.test(text.slice(Math.max(from, at - 14), at)))
        texts.push(depth);
    } else if (char === '}') {
      if (texts.at(-1) === depth) texts.pop();
      depth--;
    }
  }
  return first;
}

const isProse = (inside: string): boolean => inside.trim() === '' || (!FONT.test(inside) && PROSE.test(inside));

/** Whether `inside` looks like a formula between two dollars, given the characters around it. */
function isFormula(inside: string, after: string): boolean {
  if (isProse(inside)) return false;
  // One letter is a symbol, no amount. "from $5 to $10" and "5$ or 6$" have none of the signs, and are not formulas.
  return OF_MATHS.test(inside) || /^[a-zA-Z]$/.test(inside) || !(/^\s|\s$/.test(inside) || /\d/.test(after));
}

/** The formula that opens at `open`: `$…$`, `$$…$$`, `\(…\)` or `\[…\]`; null if none does. */
export function formulaAt(text: string, open: number, to: number): FormulaSpan | null {
  const [sign, close] = text.startsWith('\\(', open)
    ? ['\\(', '\\)']
    : text.startsWith('\\[', open)
      ? ['\\[', '\\]']
      : text.startsWith('$$', open)
        ? ['$$', '$$']
        : ['$', '$'];
  const start = open + sign.length;
  const stop = closing(text, start, to, close);
  if (stop === -1) return null;
  const inside = text.slice(start, stop);
  const end = stop + close.length;
  const isOne = sign === '$' ? isFormula(inside, text[end] ?? '') : !isProse(inside);
  return isOne ? { start, stop, end } : null;
}
