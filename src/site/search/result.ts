/** One search result as an element, like RecordRow.astro at build time. Text never becomes markup. */

import { visibleParts } from '../shared/text.ts';
import { shortened, VERDICT_WORDS } from '../view/rows.ts';
import type { FoundRecord } from './part.ts';

function element(name: string, className: string, ...children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** Like Text.astro. */
function text(from: string): HTMLElement {
  return element(
    'bdi',
    '',
    ...visibleParts(from).map((part) => (part.isUnseen ? element('span', 'unseen', part.text) : part.text)),
  );
}

const MATHML = 'http://www.w3.org/1998/Math/MathML';
const TOKEN = /<(\/?)([a-z]+)((?: [a-z]+="[^"<>]*")*)>|[^<>]+/g;
const ATTRIBUTE = / ([a-z]+)="([^"<>]*)"/g;
const SIGNS: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"' };

const decoded = (from: string): string =>
  from.replace(/&(?:#x([0-9a-f]+)|([a-z]+));/g, (_, hex?: string, name = '') =>
    hex === undefined ? (SIGNS[name] ?? '') : String.fromCodePoint(Number.parseInt(hex, 16)),
  );

/** Like Rich.astro: words, emphasis, and elements of MathML. No other element is created, whatever the markup contains. */
function rich(markup: string): HTMLElement {
  const root = element('bdi', '');
  let at: Element = root;
  for (const [token, end, name, attributes = ''] of markup.matchAll(TOKEN)) {
    if (name === undefined)
      at.append(...(at.namespaceURI === MATHML ? [decoded(token)] : text(decoded(token)).childNodes));
    else if (end === '/') at = at.parentElement ?? root;
    else {
      const child = /^(?:em|i)$/.test(name) ? document.createElement(name) : document.createElementNS(MATHML, name);
      for (const [, key = '', value = ''] of attributes.matchAll(ATTRIBUTE))
        if (!/^(?:on|href|style)/.test(key)) child.setAttribute(key, value);
      at.append(child);
      at = child;
    }
  }
  return root;
}

/** @param pattern address of a record's page, with `*` for its suffix. */
export function listItem(record: FoundRecord, pattern: string): HTMLElement {
  const { title, markup, authors, arxiv, categories, suffix, date, verdict } = record;
  const short = `pith:${suffix.slice(0, 8)}`;
  const link = document.createElement('a');
  link.href = pattern.replace('*', suffix);
  link.append(title === '' ? short : markup === '' ? text(title) : rich(markup));
  const words = Object.entries(VERDICT_WORDS).find(([name]) => name === verdict)?.[1] ?? '';
  const facts = element(
    'p',
    'quiet',
    element('span', `mark mark-${verdict}`, words),
    ' · ',
    element('code', '', short),
  );
  facts.append(' · ', text(`arXiv:${arxiv}`), ` · ${date} · `, text(categories.replaceAll(' ', ' · ')));
  return element(
    'li',
    '',
    element('p', 'record-title', link),
    ...(authors === '' ? [] : [element('p', 'record-authors', text(shortened(authors)))]),
    facts,
  );
}
