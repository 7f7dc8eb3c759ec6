/**
 * Formulas as MathML, made when the site is built. Pure.
 *
 * TeX from strangers goes through three gates: only formulas of known commands and a modest size are typeset at all
 * (tex-maths.ts); temml runs without trust and with a bound on what a macro may expand to; and its output is parsed and
 * rebuilt from a list of allowed elements and attributes. A formula that fails any of them is shown as typed.
 */
import temml from 'temml';
import { mathmlText, parseMathml, printMathml, simplified } from './mathml.ts';
import { expandedMaths, isKnownMaths } from './tex-maths.ts';
import { hasUnseen, UNSEEN } from './unseen.ts';

const ELEMENTS: ReadonlySet<string> = new Set(
  'math mrow mi mn mo mtext mspace msup msub msubsup mover munder munderover mfrac msqrt mroot mtable mtr mtd mstyle mpadded mphantom'.split(
    ' ',
  ),
);
const LENGTH = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:em|ex|pt|px)?$/;
const WORD = /^(?:true|false|prefix|infix|postfix|normal|left|right|center)$/;
/** Every allowed attribute, with its allowed values; others (style, class, links) are dropped. */
const ATTRIBUTES: ReadonlyMap<string, RegExp> = new Map([
  ...[
    'stretchy',
    'fence',
    'separator',
    'form',
    'mathvariant',
    'displaystyle',
    'symmetric',
    'largeop',
    'movablelimits',
    'accent',
  ].map((name) => [name, WORD] as const),
  ...[
    'lspace',
    'rspace',
    'width',
    'height',
    'depth',
    'linethickness',
    'minsize',
    'maxsize',
    'voffset',
    'scriptlevel',
  ].map((name) => [name, LENGTH] as const),
]);

const TOKEN = /<(\/?)([a-z]+)((?: [a-z-]+="[^"<>]*")*)>|([^<>]+)/y;
const ATTRIBUTE = / ([a-z-]+)="([^"<>]*)"/g;
const ENTITY = /&(?!(?:amp|lt|gt|quot|#\d{1,7}|#x[0-9a-f]{1,6});)/;
/** The most characters of markup for one formula. */
const MAX_MARKUP = 12_000;

/** Parses markup and rebuilds it from the allowed elements and attributes; null if it contains anything else. */
export function allowedMarkup(markup: string): string | null {
  if (markup.length > MAX_MARKUP) return null;
  const open: string[] = [];
  let out = '';
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < markup.length) {
    const match = TOKEN.exec(markup);
    if (match === null) return null;
    const [, end, name = '', attributes = '', text] = match;
    if (text !== undefined) {
      if (ENTITY.test(text) || open.length === 0) return null;
      // Invisible operators, such as "apply", are escaped so that they are visible in the page's source.
      if (!hasUnseen(text)) {
        out += text;
        continue;
      }
      for (const char of text) {
        if (!UNSEEN.test(char)) out += char;
        else if (/[\u2061-\u2064]/.test(char)) out += `&#x${char.charCodeAt(0).toString(16)};`;
        else return null;
      }
      continue;
    }
    if (!ELEMENTS.has(name)) return null;
    if (end === '/') {
      if (attributes !== '' || open.pop() !== name) return null;
      out += `</${name}>`;
      continue;
    }
    if ((open.length === 0) !== (name === 'math') || (name === 'math' && out !== '')) return null;
    open.push(name);
    out += `<${name}`;
    for (const [, key = '', value = ''] of attributes.matchAll(ATTRIBUTE)) {
      if (ATTRIBUTES.get(key)?.test(value)) out += ` ${key}="${value}"`;
    }
    out += '>';
  }
  return open.length === 0 && out !== '' ? out : null;
}

/** A formula that can be typeset. */
export interface Formula {
  /** Safe to print in a page unescaped. */
  readonly mathml: string;
  /** On one line, for places that allow only text. */
  readonly text: string;
}

/** Formulas cached at once: papers share many, and typesetting one takes as long as a whole page. */
const MAX_HELD = 4096;
const held = new Map<string, Formula | null>();

/** Typesets one formula; null if it cannot be typeset. @param tex without its dollars. */
export function formulaOf(tex: string): Formula | null {
  const known = held.get(tex);
  if (known !== undefined) return known;
  const source = expandedMaths(tex);
  const made = isKnownMaths(source) ? typeset(source) : null;
  // Long formulas rarely recur and would use much memory.
  if (tex.length > 60) return made;
  if (held.size >= MAX_HELD) held.clear();
  held.set(tex, made);
  return made;
}

/** The text of a formula with the space that its TeX begins or ends with: `10$\,\mu$m`. */
function spaced(tex: string, text: string): string {
  const [before, after] = [/^(?:\\[,;: ]|~)/.test(tex) ? ' ' : '', /(?:\\[,;: ]|~)$/.test(tex) ? ' ' : ''];
  return `${before}${text}${after}`;
}

function typeset(tex: string): Formula | null {
  try {
    // temml draws overlines with its own CSS; an accent needs none.
    const source = tex.replaceAll(/\\overline(?![a-zA-Z])/g, '\\bar');
    const markup = allowedMarkup(
      temml.renderToString(source, {
        trust: false,
        strict: false,
        throwOnError: true,
        maxExpand: 200,
        maxSize: [10, 20],
      }),
    );
    if (markup === null) return null;
    const element = simplified(parseMathml(markup));
    return { mathml: printMathml(element), text: spaced(tex, mathmlText(element)) };
  } catch {
    // A ParseError, or a RangeError of the engine: either way, the source is shown.
    return null;
  }
}
