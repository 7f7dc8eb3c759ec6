/**
 * Reads the TeX in titles, names and abstracts: accents and signs become Unicode, formulas are separated from words. Pure.
 *
 * Upstream's texts come from arXiv, whose authors type `Ren\'e`, ` ``quoted'' ` and `$\eta \to 3\pi$`. Only what is certain is
 * changed; an unknown command stays as typed, with its argument.
 */
import { formulaAt } from './tex-formula.ts';
import { ACCENTS, ESCAPED, LETTERS, SIGNS, STYLES, SWITCHES, type TextStyle } from './tex-letters.ts';
import { expandedMaths, isKnownMaths } from './tex-maths.ts';
import { BLANKS, NAME, TexSource } from './tex-source.ts';

/** A piece of a text: words, or the TeX source of a formula without its dollars. */
export type TexPart =
  | { readonly kind: 'words'; readonly text: string; readonly style: TextStyle | null }
  | {
      readonly kind: 'maths';
      readonly text: string /** As it was typed, with its delimiters. */;
      readonly typed: string;
    };

/** Longer texts are not titles and stay unchanged. */
const MAX_LENGTH = 20_000;
/** The deepest nesting of groups. */
const MAX_DEPTH = 30;
/** The most characters between a pair of single quotes. */
const MAX_QUOTED = 300;

/** A text without any of these has no TeX. */
const HAS_TEX = /[\\${}`~]|--|''/;
const PLAIN = /[^\\${}`'"~^_-]+/y;
/** Small capitals are written so in the names of ions: `H\,{\sc ii}`. */
const NUMERAL = /^\s*[ivxl]+\s*$/;
/** Signs after which a space only ends their name. */
const EATS_SPACE = /^(?:noindent|protect|relax|newline|linebreak|par|thinspace|nobreakspace|textdegree|degree)$/;
/** A formula that is only a space: `5$\,$GeV`. */
const SPACE = /^(?:\\([,;:! ])|(~))$/;
/** What `\textsuperscript` and `\textsubscript` can show as a formula. */
const SCRIPT = /^[A-Za-z0-9+,.-]{1,20}$/;
/** The most characters of a formula that was typed without dollars. */
const MAX_BARE = 120;
/** Commands that are part of a formula, and none by themselves. */
const NOT_ALONE =
  /^(?:rm|bf|it|cal|sf|tt|text[a-z]*|operatorname|left|right|middle|[bB]igg?[lr]?|begin|end|[a-z]+style|(?:no)?limits|not|math(?:op|bin|rel|ord)|colon|q?quad)$/;

class Scanner {
  readonly #source: TexSource;
  readonly #text: string;
  readonly #parts: TexPart[] = [];
  #words = '';
  #style: TextStyle | null = null;
  /** The last character of the parts before; a formula counts as a letter. */
  #last = '';
  /** Quotes that were opened and not yet closed. */
  #doubles = 0;
  #singles = 0;

  constructor(text: string) {
    this.#source = new TexSource(text);
    this.#text = text;
  }

  parts(): readonly TexPart[] {
    this.#read(0, this.#text.length, 0);
    this.#endWords();
    return this.#parts;
  }

  #endWords(): void {
    if (this.#words === '') return;
    this.#parts.push({ kind: 'words', text: this.#words.normalize('NFC'), style: this.#style });
    this.#last = this.#words.at(-1) ?? '';
    this.#words = '';
  }

  #formula(tex: string, from: number, to: number): void {
    this.#endWords();
    this.#parts.push({ kind: 'maths', text: tex.replace(/\s+/g, ' ').trim(), typed: this.#text.slice(from, to) });
    this.#last = 'x';
  }

  /** Reads words in a style; null keeps that of the words around them. */
  #readStyled(style: TextStyle | null, from: number, to: number, depth: number): void {
    const around = this.#style;
    const isOther = style !== null && style !== around;
    if (isOther) {
      this.#endWords();
      this.#style = style;
    }
    this.#read(from, to, depth);
    if (isOther) {
      this.#endWords();
      this.#style = around;
    }
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
      else if (char === '^' || char === '_') at = this.#script(at, to);
      else {
        const plain = char === '}' ? char : this.#source.match(PLAIN, at).slice(0, to - at);
        this.#words += plain;
        at += plain.length;
      }
    }
  }

  #dollar(at: number, to: number): number {
    const span = formulaAt(this.#text, at, to);
    if (span !== null) {
      const inside = this.#text.slice(span.start, span.stop);
      const [, space, tie] = SPACE.exec(inside.trim()) ?? [];
      if (space === undefined && tie === undefined) this.#formula(inside, at, span.end);
      else this.#words += space === undefined ? '\u00a0' : (ESCAPED.get(space) ?? ' ');
      return span.end;
    }
    // Two dollars that open nothing must not be read as one dollar that might.
    const sign = this.#text.startsWith('$$', at) ? '$$' : '$';
    this.#words += sign;
    return at + sign.length;
  }

  /** Braces that preserve case or contain a style are removed, unless the group begins with an unknown command. */
  #group(at: number, to: number, depth: number): number {
    const end = this.#source.groupEnd(at, to);
    if (end === -1 || depth >= MAX_DEPTH) {
      this.#words += '{';
      return at + 1;
    }
    const inside = at + 1 + this.#source.match(BLANKS, at + 1).length;
    const name = this.#text[inside] === '\\' ? this.#source.match(NAME, inside + 1) : '';
    const style = SWITCHES.get(name);
    if (style !== undefined) {
      const start = inside + 1 + name.length;
      const words = this.#text.slice(start, end);
      if (name.startsWith('sc') && NUMERAL.test(words)) this.#words += words.trim().toUpperCase();
      else this.#readStyled(style, start + this.#source.match(BLANKS, start).length, end, depth + 1);
    } else if (name !== '' && !isKnown(name)) {
      this.#words += '{';
      this.#read(at + 1, end, depth + 1);
      this.#words += '}';
    } else this.#read(at + 1, end, depth + 1);
    return end + 1;
  }

  #command(at: number, to: number, depth: number): number {
    const sign = at + 1 < to ? (this.#text[at + 1] ?? '') : '';
    const name = this.#source.match(NAME, at + 1);
    if (name !== '') return this.#named(name, at, to, depth);
    if (sign === '(' || sign === '[') {
      const span = formulaAt(this.#text, at, to);
      if (span !== null) {
        this.#formula(this.#text.slice(span.start, span.stop), at, span.end);
        return span.end;
      }
    }
    const accented = ACCENTS.has(sign) ? this.#source.letter(at, to, 0) : null;
    if (accented !== null) {
      this.#words += accented.letter;
      return accented.end;
    }
    const after = at + 1 + sign.length;
    const escaped = ESCAPED.get(sign);
    const end = ACCENTS.has(sign) ? this.#source.groupEnd(after, to) + 1 : 0;
    this.#words += escaped ?? this.#text.slice(at, Math.max(after, end));
    return Math.max(after, end);
  }

  #named(name: string, at: number, to: number, depth: number): number {
    const after = at + 1 + name.length;
    const letter = this.#source.letter(at, to, 0);
    if (letter !== null) {
      this.#words += letter.letter;
      return letter.end;
    }
    const open = after + this.#source.match(BLANKS, after).length;
    const end = this.#source.groupEnd(open, to);
    if (end !== -1 && depth < MAX_DEPTH) {
      const style = STYLES.get(name);
      if (style !== undefined) {
        this.#readStyled(style, open + 1, end, depth + 1);
        return end + 1;
      }
      const stop = this.#withArguments(name, at, open, end, depth);
      if (stop !== null) return stop;
    }
    if (name === 'ensuremath' && this.#text[open] === '\\') {
      const stop = open + 1 + this.#source.match(NAME, open + 1).length;
      this.#formula(this.#text.slice(open, stop), at, stop);
      return stop;
    }
    const sign = SIGNS.get(name);
    if (sign !== undefined) {
      this.#words += sign;
      if (this.#text.startsWith('{}', after)) return after + 2;
      return EATS_SPACE.test(name) ? open : after;
    }
    let stop = after;
    for (let next = this.#source.groupEnd(stop, to); next !== -1; next = this.#source.groupEnd(stop, to))
      stop = next + 1;
    // A formula without dollars: `\alpha-decay`, but not `C:\alpha`.
    const isOther = /[\p{L}:/\\$]$/u.test(this.#words) || this.#text[stop] === '{';
    if (!NOT_ALONE.test(name) && !isOther && this.#bare(at, stop)) return stop;
    // Unknown: kept as typed, with its arguments.
    this.#words += this.#text.slice(at, stop);
    return stop;
  }

  /** Commands that show something else than their argument; null for any other. @param open of the first argument. */
  #withArguments(name: string, at: number, open: number, end: number, depth: number): number | null {
    const argument = this.#text.slice(open + 1, end);
    const second = this.#source.groupEnd(end + 1, this.#text.length);
    switch (name) {
      case 'ensuremath':
        this.#formula(argument, at, end + 1);
        return end + 1;
      case 'textsuperscript':
      case 'textsubscript':
        if (SCRIPT.test(argument))
          this.#formula(`${name === 'textsubscript' ? '_' : '^'}{\\mathrm{${argument}}}`, at, end + 1);
        else this.#read(open + 1, end, depth + 1);
        return end + 1;
      case 'url':
        this.#words += argument;
        return end + 1;
      case 'href':
        if (second === -1) return null;
        this.#read(end + 2, second, depth + 1);
        if (!this.#text.slice(end + 2, second).includes(argument)) this.#words += ` (${argument})`;
        return second + 1;
      case 'texorpdfstring':
        if (second === -1) return null;
        this.#read(open + 1, end, depth + 1);
        return second + 1;
      case 'ion':
        if (second === -1) return null;
        this.#words += `${argument}\u2009${this.#text.slice(end + 2, second).toUpperCase()}`;
        return second + 1;
      default:
        return null;
    }
  }

  /** Reads TeX of a formula that has no dollars. @returns whether it is one. */
  #bare(from: number, to: number): boolean {
    if (to - from > MAX_BARE) return false;
    const tex = this.#text.slice(from, to);
    if (!isKnownMaths(expandedMaths(tex))) return false;
    this.#formula(tex, from, to);
    return true;
  }

  /** `10^{-3}` and `90^\circ`; without braces or a command, as in `file_name`, the sign stays. */
  #script(at: number, to: number): number {
    const end = this.#source.groupEnd(at + 1, to);
    const name = this.#text[at + 1] === '\\' ? this.#source.match(NAME, at + 2) : '';
    const stop = end !== -1 ? end + 1 : name !== '' && !NOT_ALONE.test(name) ? at + 2 + name.length : at;
    if (stop - at > 3 && /[\p{L}\p{N})\]]/u.test(this.#before) && this.#bare(at, stop)) return stop;
    this.#words += this.#text[at] ?? '';
    return at + 1;
  }

  /** The character before the current position; a formula counts as a letter. */
  get #before(): string {
    return this.#words.at(-1) ?? this.#last;
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
    // Some authors open with the closing pair.
    const isOpened =
      isPair &&
      !/[\p{L}\p{N}]/u.test(this.#before) &&
      /[\p{L}\p{N}$\\{]/u.test(text[at + 2] ?? '') &&
      text.slice(at + 2, Math.min(to, at + MAX_QUOTED)).includes("''");
    if (isOpened) {
      this.#words += '“';
      this.#doubles++;
      return at + 2;
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
      /[\p{L}\p{N}\p{M}.,;:)\]}”’%§¶°†]/u.test(this.#before) && at + 1 < to && /\S/.test(this.#text[at + 1] ?? '');
    this.#words += isTie ? '\u00a0' : '~';
    return at + 1;
  }
}

function isKnown(name: string): boolean {
  return (
    ACCENTS.has(name) ||
    LETTERS.has(name) ||
    SIGNS.has(name) ||
    STYLES.has(name) ||
    (isKnownMaths(`\\${name}`) && !NOT_ALONE.test(name)) ||
    /^(?:ensuremath|text(?:sub|super)script|url|href|texorpdfstring|ion)$/.test(name)
  );
}

/** Splits a text into words, with accents and signs as Unicode, and formulas as TeX: `$…$`, `$$…$$`, `\(…\)`, `\[…\]`. */
export function texParts(text: string): readonly TexPart[] {
  if (text === '') return [];
  if (text.length > MAX_LENGTH) return [{ kind: 'words', text, style: null }];
  if (!HAS_TEX.test(text)) return [{ kind: 'words', text: text.normalize('NFC'), style: null }];
  return new Scanner(text).parts();
}
