/** A badge for other sites: a static SVG with a record's number and verdict, and no untrusted text. Pure. */
import type { Verdict } from './input.ts';

const WORDS: Readonly<Record<Verdict, readonly [text: string, colour: string]>> = {
  verified: ['verified', '#1c6b3c'],
  findings: ['with findings', '#a92525'],
  'record-only': ['record only', '#7a5200'],
};

const HEIGHT = 22;
/** Text lengths are fixed, so the layout is the same in any font. */
const width = (text: string): number => Math.round(text.length * 6.6);

/** The badge's text, for screen readers. */
export function badgeText(shortPithNumber: string, verdict: Verdict): string {
  return `Pith Number ${shortPithNumber}: ${WORDS[verdict][0]}`;
}

export function formatBadge(number: string, verdict: Verdict): string {
  const [found, colour] = WORDS[verdict];
  const left = width(number) + 16;
  const right = width(found) + 16;
  const word = (text: string, x: number): string =>
    `<text x="${x}" y="15" textLength="${width(text)}" lengthAdjust="spacingAndGlyphs">${text}</text>`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${left + right}" height="${HEIGHT}" viewBox="0 0 ${left + right} ${HEIGHT}" role="img" aria-labelledby="t">`,
    `<title id="t">${badgeText(number, verdict)}</title>`,
    `<clipPath id="c"><rect width="${left + right}" height="${HEIGHT}" rx="4"/></clipPath>`,
    `<g clip-path="url(#c)"><rect width="${left}" height="${HEIGHT}" fill="#1f2326"/><rect x="${left}" width="${right}" height="${HEIGHT}" fill="${colour}"/></g>`,
    `<g fill="#fff" font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace" font-size="11">${word(number, 8)}${word(found, left + 8)}</g>`,
    '</svg>\n',
  ].join('');
}
