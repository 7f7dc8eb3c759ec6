/**
 * Reads the TeX in titles, names and abstracts: accents and signs become Unicode, formulas are separated from words. Pure.
 *
 * Upstream's texts come from arXiv, whose authors type `Ren\'e`, ` ``quoted'' ` and `$\eta \to 3\pi$`. Only what is certain is
 * changed; an unknown command stays as typed, with its argument.
 */
import { formulaAt } from './tex-formula.ts';
import { ACCENTS, ESCAPED, LETTERS, SIGNS, STYLES, SWITCHES } from './tex-letters.ts';

/** A piece of a text: words, or the TeX source of a formula without its dollars. */
export interface TexPart {
  readonly kind: 'words' | 'maths';
  readonly text: string;
}

/** Longer texts are not titles and stay unchanged. */
const MAX_LENGTH = 20_000;
/** The deepest nesting of groups. */
const MAX_DEPTH = 30;
/** The most characters between a pair of single quotes. */
const MAX_QUOTED = 300;

/** A text without any of these has no TeX. */
const HAS_TEX = /[\\${}`~]|--/;
const PLAIN = /[^\\${}`'"~-]+/y;
const NAME = /[a-zA-Z]+/y;
const BLANKS = /\s+/y;
const LETTER = /^\p{L}\p{M}*$/u;

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

class Scanner {
  readonly #text: string;
  readonly #partners: Int32Array;
  readonly #parts: TexPart[] = [];
  #words = '';
  /** Quotes that were opened and not yet closed. */
  #doubles = 0;
  #singles = 0;

  constructor(text: string) {
    this.#text = text;
    this.#partners = partnersOf(text);
  }

  parts(): readonly TexPart[] {
    this.#read(0, this.#text.length, 0);
    this.#endWords();
    return this.#parts;
  }

  #endWords(): void {
    if (this.#words !== '') this.#parts.push({ kind: 'words', text: this.#words.normalize('NFC') });
    this.#words = '';
  }

  #formula(tex: string): void {
    this.#endWords();
    this.#parts.push({ kind: 'maths', text: tex.replace(/\s+/g, ' ').trim() });
  }

  #match(pattern: RegExp, at: number): string {
    pattern.lastIndex = at;
    return pattern.exec(this.#text)?.[0] ?? '';
  }

  /** The index of the brace that closes the group at `at`, or -1 if no group ends before `to`. */
  #groupEnd(at: number, to: number): number {
    const end = this.#text[at] === '{' ? (this.#partners[at] ?? -1) : -1;
    return end < to ? end : -1;
  }

  #read(from: number, to: number, depth: number): void {
    for (let at = from; at < to; ) {
      const char = this.#text[at] ?? '';
      if (char === '\\') at = this.#command(at, to, depth);
      else if (char === '$') at = this.#dollar(at, to);
      else if (char === '{') at = this.#group(at, to, depth);
      else if (char === '-') at = this.#dash(at, to);
      else if (char === '`' || char === "'" || char === '"') at = this.#quote(at, to);
      else if (char === '~') at = this.#tie(at, to);
      else {
        const plain = char === '}' ? char : this.#match(PLAIN, at).slice(0, to - at);
        this.#words += plain;
        at += plain.length;
      }
    }
  }

  #dollar(at: number, to: number): number {
    const span = formulaAt(this.#text, at, to);
    if (span !== null) {
      this.#formula(this.#text.slice(span.start, span.stop));
      return span.end;
    }
    // Two dollars that open nothing must not be read as one dollar that might.
    const sign = this.#text.startsWith('$$', at) ? '$$' : '$';
    this.#words += sign;
    return at + sign.length;
  }

  /** Braces that preserve case or contain a style are removed, unless the group begins with an unknown command. */
  #group(at: number, to: number, depth: number): number {
    const end = this.#groupEnd(at, to);
    if (end === -1 || depth >= MAX_DEPTH) {
      this.#words += '{';
      return at + 1;
    }
    const inside = at + 1 + this.#match(BLANKS, at + 1).length;
    const name = this.#text[inside] === '\\' ? this.#match(NAME, inside + 1) : '';
    if (SWITCHES.has(name)) {
      const start = inside + 1 + name.length;
      this.#read(start + this.#match(BLANKS, start).length, end, depth + 1);
    } else if (name !== '' && !isKnown(name)) {
      this.#words += '{';
      this.#read(at + 1, end, depth + 1);
      this.#words += '}';
    } else this.#read(at + 1, end, depth + 1);
    return end + 1;
  }

  #command(at: number, to: number, depth: number): number {
    const sign = at + 1 < to ? (this.#text[at + 1] ?? '') : '';
    const name = this.#match(NAME, at + 1);
    if (name !== '') return this.#named(name, at, to, depth);
    if (sign === '(' || sign === '[') {
      const span = formulaAt(this.#text, at, to);
      if (span !== null) {
        this.#formula(this.#text.slice(span.start, span.stop));
        return span.end;
      }
    }
    const accented = ACCENTS.has(sign) ? this.#letter(at, to, 0) : null;
    if (accented !== null) {
      this.#words += accented.letter;
      return accented.end;
    }
    const after = at + 1 + sign.length;
    const escaped = ESCAPED.get(sign);
    const end = ACCENTS.has(sign) ? this.#groupEnd(after, to) + 1 : 0;
    this.#words += escaped ?? this.#text.slice(at, Math.max(after, end));
    return Math.max(after, end);
  }

  #named(name: string, at: number, to: number, depth: number): number {
    const after = at + 1 + name.length;
    const letter = this.#letter(at, to, 0);
    if (letter !== null) {
      this.#words += letter.letter;
      return letter.end;
    }
    const open = after + this.#match(BLANKS, after).length;
    const end = this.#groupEnd(open, to);
    if (end !== -1 && depth < MAX_DEPTH) {
      if (STYLES.has(name)) {
        this.#read(open + 1, end, depth + 1);
        return end + 1;
      }
      if (name === 'ensuremath') {
        this.#formula(this.#text.slice(open + 1, end));
        return end + 1;
      }
    }
    const sign = SIGNS.get(name);
    if (sign !== undefined) {
      this.#words += sign;
      return this.#text.startsWith('{}', after) ? after + 2 : after;
    }
    // Unknown: kept as typed, with its arguments.
    let stop = after;
    for (let next = this.#groupEnd(stop, to); next !== -1; next = this.#groupEnd(stop, to)) stop = next + 1;
    this.#words += this.#text.slice(at, stop);
    return stop;
  }

  /** The one letter at `at`, with its accents: bare, in braces or by a command. Null if it is anything else. */
  #letter(at: number, to: number, depth: number): { readonly letter: string; readonly end: number } | null {
    const text = this.#text;
    if (at >= to || depth > 4) return null;
    const end = this.#groupEnd(at, to);
    if (end !== -1) {
      const start = at + 1 + this.#match(BLANKS, at + 1).length;
      const inner = this.#letter(start, end, depth + 1);
      const isAll = inner !== null && text.slice(inner.end, end).trim() === '';
      return isAll ? { letter: inner.letter, end: end + 1 } : null;
    }
    if (text[at] !== '\\') {
      const letter = String.fromCodePoint(text.codePointAt(at) ?? 0);
      return LETTER.test(letter) ? { letter, end: at + letter.length } : null;
    }
    const name = this.#match(NAME, at + 1) || (text[at + 1] ?? '');
    const after = at + 1 + name.length;
    const blanks = this.#match(BLANKS, after).length;
    const known = LETTERS.get(name);
    if (known !== undefined) {
      return { letter: known, end: text.startsWith('{}', after) ? after + 2 : after + blanks };
    }
    const mark = ACCENTS.get(name);
    if (mark === undefined) return null;
    const base = this.#letter(after + blanks, to, depth + 1);
    if (base === null) return null;
    // An i loses its dot under an accent; Unicode's í already has none.
    const dotted = base.letter.replace('ı', 'i').replace('ȷ', 'j');
    return {
      letter: `${dotted}${mark}`.normalize('NFC'),
      end: text.startsWith('{}', base.end) ? base.end + 2 : base.end,
    };
  }

  /** The character before the current position; a formula counts as a letter. */
  get #before(): string {
    return this.#words.at(-1) ?? (this.#parts.length > 0 ? 'x' : '');
  }

  /** `Erd\H{o}s--R\'enyi` and `a -- b`, but not `git --help` or `<!-- x -->`. */
  #dash(at: number, to: number): number {
    let end = at;
    while (end < to && this.#text[end] === '-') end++;
    const after = end < to ? (this.#text[end] ?? '') : '';
    const [isWord, isGap] = [/[\p{L}\p{N}\p{M}).\]”’]/u.test(this.#before), /\s/.test(this.#before)];
    const isDash = (isWord && /[\p{L}\p{N}$\\({`“]/u.test(after)) || (isGap && /\s/.test(after));
    const isLong = end - at === 3 && (isWord || isGap) && /[\s\p{L}\p{N}$\\({`“]/u.test(after);
    this.#words += isLong ? '—' : end - at === 2 && isDash ? '–' : this.#text.slice(at, end);
    return end;
  }

  #quote(at: number, to: number): number {
    const text = this.#text;
    const next = at + 1 < to ? (text[at + 1] ?? '') : '';
    if (text[at] === '`') {
      if (next === '`') {
        this.#words += '“';
        this.#doubles++;
        return at + 2;
      }
      const isOpening =
        !/[\p{L}\p{N}]/u.test(this.#before) &&
        /[\p{L}\p{N}$\\{]/u.test(next) &&
        /'(?![\p{L}\p{N}])/u.test(text.slice(at, Math.min(to, at + MAX_QUOTED)));
      this.#words += isOpening ? '‘' : '`';
      if (isOpening) this.#singles++;
      return at + 1;
    }
    const isPair = text[at] === "'" && next === "'";
    // Some authors close `` with a straight double quote.
    const isClosing = isPair || (text[at] === '"' && text.indexOf("''", at) === -1);
    if (this.#doubles > 0 && isClosing) {
      this.#words += '”';
      this.#doubles--;
      return at + (isPair ? 2 : 1);
    }
    if (text[at] === "'" && this.#singles > 0 && !/[\p{L}\p{N}]/u.test(next)) {
      this.#words += '’';
      this.#singles--;
      return at + 1;
    }
    this.#words += text[at] ?? '';
    return at + 1;
  }

  /** `Fig.~3`, but not `about ~3` or `/~user`. */
  #tie(at: number, to: number): number {
    const isTie =
      /[\p{L}\p{N}\p{M}.,;:)\]}”’%]/u.test(this.#before) && at + 1 < to && /\S/.test(this.#text[at + 1] ?? '');
    this.#words += isTie ? '\u00a0' : '~';
    return at + 1;
  }
}

function isKnown(name: string): boolean {
  return ACCENTS.has(name) || LETTERS.has(name) || SIGNS.has(name) || STYLES.has(name) || name === 'ensuremath';
}

/** Splits a text into words, with accents and signs as Unicode, and formulas as TeX: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`. */
export function texParts(text: string): readonly TexPart[] {
  if (text === '') return [];
  if (text.length > MAX_LENGTH) return [{ kind: 'words', text }];
  if (!HAS_TEX.test(text)) return [{ kind: 'words', text: text.normalize('NFC') }];
  return new Scanner(text).parts();
}
