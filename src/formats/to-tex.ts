/**
 * Converts Unicode to plain ASCII with TeX commands, for BibTeX and programs that read its files. Pure.
 *
 * unicode2latex maps characters to TeX. Only commands that LaTeX has without a package are used, and each is
 * put in braces, so that BibTeX treats `{\'e}` as one letter when it sorts and changes case.
 */
import { Transform } from 'unicode2latex';
import { isKnownMaths } from './tex-maths.ts';
import { oneLine } from './unseen.ts';

// BibTeX counts braces even after a backslash, so each brace is written as a named command, which is balanced.
const ASCII: Readonly<Record<string, string>> = {
  '\\': '{\\textbackslash}',
  '{': '{\\textbraceleft}',
  '}': '{\\textbraceright}',
  '~': '{\\textasciitilde}',
  '^': '{\\textasciicircum}',
  '<': '$<$',
  '>': '$>$',
  '|': '$|$',
  '"': '{"}',
  $: '\\$',
  '%': '\\%',
  '&': '\\&',
  '#': '\\#',
  _: '\\_',
};

/** Characters with a special form in running text. */
const SIGNS: Readonly<Record<string, string>> = {
  '\u00a0': '~',
  // A thin space: `\,` is shown as typed by reference managers.
  '\u2009': '~',
  '“': '``',
  '”': "''",
  '‘': '`',
  '’': "'",
  '–': '--',
  '—': '---',
  '‐': '-',
  '‑': '-',
  '−': '$-$',
  // citation-js does not know {\aa}.
  å: '{\\r a}',
  Å: '{\\r A}',
  '×': '$\\times$',
};

/** Accents and letters of LaTeX's kernel, the Polish and Vietnamese ones of its T1 encoding included. */
const KERNEL =
  /^(?:\\(?:[`'^"~=.]|(?:[uvHrckdbt]|o|O|l|L|ae|AE|oe|OE|aa|AA|ss|i|j|dh|DH|dj|DJ|th|TH|ng|NG|S|P|dag|ddag|pounds|copyright|dots|text(?:commabelow|quotesingle|euro|mu|dots|trademark|registered|degree|ordfeminine|ordmasculine|exclamdown|questiondown|bullet|periodcentered))(?![a-zA-Z])) ?|[a-zA-Z{}!?.])+$/;

const transform = new Transform('bibtex');
const GRAPHEME = /[^\p{M}]?\p{M}+|./gsu;
const known = new Map<string, string | null>();

/** A letter with a line below, as in transliterations of Arabic and Hebrew, which unicode2latex lacks; else null. */
function underlined(character: string): string | null {
  const letter = /^([a-zA-Z])\u0331$/.exec(character.normalize('NFD'))?.[1];
  return letter === undefined ? null : `{\\b ${letter}}`;
}

/** One character with its marks in TeX, or null if TeX has no form for it. */
function characterOf(character: string): string | null {
  const sign = SIGNS[character];
  if (sign !== undefined) return sign;
  const found = known.get(character);
  if (found !== undefined) return found;
  const tex = transform.tolatex(character).trim();
  const maths = /^\$([^$]+)\$$/.exec(tex)?.[1];
  const made = /^[ -~]$/.test(tex)
    ? (ASCII[tex] ?? tex)
    : maths !== undefined && isKnownMaths(maths) && /^[ -~]+$/.test(maths)
      ? tex
      : KERNEL.test(tex)
        ? `{${tex.replace(/\{\}$/, '')}}`
        : underlined(character);
  if (known.size < 10_000) known.set(character, made);
  return made;
}

export interface TexText {
  /** Braces balance, and the text is ASCII except for characters without a TeX form, which are in braces. */
  readonly tex: string;
  readonly isAscii: boolean;
}

/** Words as TeX. @param words without TeX of their own: every character means itself. */
export function toTex(words: string): TexText {
  let tex = '';
  let left = '';
  let isAscii = true;
  const endLeft = (): void => {
    if (left !== '') tex += `{${left}}`;
    left = '';
  };
  for (const [character] of seenCharacters(words)) {
    const made = /^[ -~]$/.test(character) ? (ASCII[character] ?? character) : characterOf(character);
    if (made === null) {
      left += character;
      isAscii = false;
      continue;
    }
    endLeft();
    tex += made;
  }
  endLeft();
  return { tex, isAscii };
}

/** The characters of a text on one line, with the spaces at its ends. */
function seenCharacters(words: string): Iterable<RegExpMatchArray> {
  const [start, end] = [/^\s/.test(words) ? ' ' : '', /\s$/.test(words) ? ' ' : ''];
  const line = oneLine(words);
  return (line === '' ? start : `${start}${line}${end}`).normalize('NFC').matchAll(GRAPHEME);
}
