/** A title, list of names or abstract, as a page shows it and as plain text: one reading of its TeX for both. Pure. */
import { formulaOf } from './maths.ts';
import type { TextStyle } from './tex-letters.ts';
import { texParts } from './tex-text.ts';

/** A piece of a text: words to show as text, or a formula as MathML that is safe to print unescaped. */
export type RichPart =
  | { readonly kind: 'words'; readonly text: string; readonly style: TextStyle | null }
  | { readonly kind: 'maths'; readonly mathml: string /** The formula on one line. */; readonly text: string };

export interface RichText {
  readonly parts: readonly RichPart[];
  /** Without markup: accents and formulas as Unicode, ties as spaces. */
  readonly plain: string;
  /** As upstream has it. */
  readonly raw: string;
}

/** The most characters of MathML for all formulas of one text. */
const MAX_OF_TEXT = 24_000;

/** A text with its accents as letters and its formulas as MathML; a formula that cannot be typeset stays as typed. */
export function richParts(text: string): readonly RichPart[] {
  let left = MAX_OF_TEXT;
  return texParts(text).map((part): RichPart => {
    if (part.kind === 'words') return part;
    const formula = left > 0 ? formulaOf(part.text) : null;
    if (formula === null || formula.mathml.length > left) return { kind: 'words', text: part.typed, style: null };
    left -= formula.mathml.length;
    return { kind: 'maths', ...formula };
  });
}

/** The parts as one plain text. */
export function plainText(parts: readonly RichPart[]): string {
  return parts
    .map(({ text }) => text)
    .join('')
    .replace(/[\u00a0\u2009]/g, ' ');
}

export function richText(raw: string): RichText {
  const parts = richParts(raw);
  return { parts, plain: plainText(parts), raw };
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/** Whether a page shows more than the plain text: formulas, or words in a style. */
export const isStyled = (parts: readonly RichPart[]): boolean =>
  parts.some((part) => part.kind === 'maths' || part.style !== null);

/** The parts as markup: words as text, emphasis as `em` and `i`, formulas as MathML. */
export function richMarkup(parts: readonly RichPart[]): string {
  return parts
    .map((part) => {
      if (part.kind === 'maths') return part.mathml;
      const text = part.text.replace(/[&<>]/g, (sign) => ENTITIES[sign] ?? sign);
      return part.style === null ? text : `<${part.style}>${text}</${part.style}>`;
    })
    .join('');
}
