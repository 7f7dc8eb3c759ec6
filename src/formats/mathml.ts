/** MathML as a tree, made smaller, and read as one line of text: `H₂O`, `√s=13 TeV`, `η→3π⁰`. Pure. */

/** An element, or text with its entities still encoded. */
export type MathNode = string | MathElement;

export interface MathElement {
  readonly name: string;
  /** As in markup, each preceded by a space. */
  readonly attributes: string;
  readonly children: readonly MathNode[];
}

const TOKEN = /<(\/?)([a-z]+)((?: [^<>]*)?)>|[^<>]+/g;

/** @param markup of one element, as `allowedMarkup` gives it: every element is closed. */
export function parseMathml(markup: string): MathElement {
  const root: MathNode[] = [];
  const open: { name: string; attributes: string; children: MathNode[] }[] = [];
  for (const [token, end, name, attributes = ''] of markup.matchAll(TOKEN)) {
    const children = open.at(-1)?.children ?? root;
    if (name === undefined) children.push(token);
    else if (end === '/') open.pop();
    else {
      const element = { name, attributes, children: [] };
      children.push(element);
      open.push(element);
    }
  }
  const [first] = root;
  if (first === undefined || typeof first === 'string') throw new RangeError('expected one element of MathML');
  return first;
}

/** The same formula with less markup: no zero-width spaces, no rows of one element. */
export function simplified(element: MathElement): MathElement {
  const children = element.children.flatMap((child): readonly MathNode[] => {
    if (typeof child === 'string') return [child];
    if (child.name === 'mspace' && child.attributes === '' && ROWS.has(element.name)) return [];
    const inner = simplified(child);
    const [only] = inner.children;
    const isRow = inner.name === 'mrow' && inner.attributes === '' && inner.children.length === 1;
    return isRow && only !== undefined && typeof only !== 'string' ? [only] : [inner];
  });
  return { ...element, children };
}

/** Elements that take any number of children; in others, the position of a child has a meaning. */
const ROWS: ReadonlySet<string> = new Set(['math', 'mrow', 'msqrt', 'mstyle', 'mpadded', 'mtd']);

export function printMathml(node: MathNode): string {
  if (typeof node === 'string') return node;
  return `<${node.name}${node.attributes}>${node.children.map(printMathml).join('')}</${node.name}>`;
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

function decoded(text: string): string {
  return text
    .replace(/&(?:#x([0-9a-f]+)|#(\d+)|([a-z]+));/g, (_, hex?: string, digits?: string, name = '') =>
      hex === undefined && digits === undefined
        ? (ENTITIES[name] ?? '')
        : String.fromCodePoint(hex === undefined ? Number(digits) : Number.parseInt(hex, 16)),
    )
    .replace(/[\u{1d400}-\u{1d7ff}]/gu, (letter) => letter.normalize('NFKC'));
}

const SUPERSCRIPTS = new Map(
  Array.from('0123456789+−=()∗niabcdefghjklmoprstuvwxyz', (char, i) => [
    char,
    Array.from('⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾*ⁿⁱᵃᵇᶜᵈᵉᶠᵍʰʲᵏˡᵐᵒᵖʳˢᵗᵘᵛʷˣʸᶻ')[i] ?? '',
  ]),
);
const SUBSCRIPTS = new Map(
  Array.from('0123456789+−=()aehijklmnoprstuvx', (char, i) => [
    char,
    Array.from('₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ')[i] ?? '',
  ]),
);
/** The letters of both, which are not raised or lowered once more. */
const SCRIPTS: ReadonlySet<string> = new Set([...SUPERSCRIPTS.values(), ...SUBSCRIPTS.values()]);
/** Signs that are already raised. */
const HIGH: Readonly<Record<string, string>> = { '∘': '°', '∗': '*', '†': '†', '‡': '‡' };
/** Combining marks for the signs of accents. */
const MARKS: Readonly<Record<string, string>> = {
  ˆ: '\u0302',
  '^': '\u0302',
  '˜': '\u0303',
  '~': '\u0303',
  '¯': '\u0304',
  ˉ: '\u0304',
  '‾': '\u0304',
  '→': '\u20d7',
  '˙': '\u0307',
  '¨': '\u0308',
  '˚': '\u030a',
  ˇ: '\u030c',
  '˘': '\u0306',
  '´': '\u0301',
  '`': '\u0300',
};

function script(text: string, letters: ReadonlyMap<string, string>, sign: string): string {
  if (text === '' || /^[′″‴⁗]+$/.test(text)) return text;
  const high = sign === '^' ? HIGH[text] : undefined;
  if (high !== undefined) return high;
  // Typed twice: `x_{_0}`.
  if (text.startsWith(sign) || [...text].every((char) => SCRIPTS.has(char))) return text;
  const chars = Array.from(text.replaceAll('-', '−'), (char) => letters.get(char));
  if (!chars.includes(undefined)) return chars.join('');
  return sign + (/^(?:[\p{L}\p{M}\p{N}]+|.)$/u.test(text) ? text : `(${text})`);
}

const sub = (text: string): string => script(text, SUBSCRIPTS, '_');
const sup = (text: string): string => script(text, SUPERSCRIPTS, '^');

/** In parentheses, unless it is one word or already in parentheses. */
const grouped = (text: string): string => (/^[\p{L}\p{M}\p{N}₀-₉⁰¹²³⁴-⁹.]*$/u.test(text) ? text : `(${text})`);

function over(base: string, top: string): string {
  // Only there to give an arrow its length.
  if (top === '') return base;
  const mark = MARKS[top];
  if (mark === undefined) return `${base}${sup(top)}`;
  return Array.from(base).length === 1 ? `${base}${mark}`.normalize('NFC') : base;
}

function read(node: MathNode): string {
  if (typeof node === 'string') return decoded(node);
  const { name, attributes, children } = node;
  const part = (i: number): string => read(children[i] ?? '');
  switch (name) {
    case 'mspace':
      return / width="(?:0?\.[1-9]|[1-9])/.test(attributes) ? ' ' : '';
    case 'msub':
      return part(0) + sub(part(1));
    case 'msup':
      return part(0) + sup(part(1));
    case 'msubsup':
      return part(0) + sub(part(1)) + sup(part(2));
    case 'mover':
      return over(part(0), part(1).trim());
    case 'munder':
      return part(0) + sub(part(1));
    case 'munderover':
      return part(0) + sub(part(1)) + sup(part(2));
    case 'mfrac':
      return attributes.includes('linethickness="0')
        ? `${part(0)} ${part(1)}`
        : `${grouped(part(0))}/${grouped(part(1))}`;
    case 'msqrt':
      return `√${grouped(children.map(read).join('').trim())}`;
    case 'mroot':
      return `${sup(part(1))}√${grouped(part(0))}`;
    case 'mtr':
      return children.map(read).join(', ');
    case 'mtable':
      return children.map(read).join('; ');
    case 'mphantom':
      return '';
    default:
      return children.map(read).join('');
  }
}

/** A formula on one line, for titles, files and search. */
export function mathmlText(element: MathElement): string {
  return (
    read(element)
      // The "apply" operator is invisible: `log n`, `log(n)`.
      .replace(/\u2061\s*(?=[([{|])/g, '')
      .replaceAll('\u2061', ' ')
      .replace(/[\u2062-\u2064]/g, '')
      .replace(/\s+/g, ' ')
      .trim()
  );
}
