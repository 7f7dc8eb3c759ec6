/** One found record as an element: what RecordRow.astro makes when the site is built. Text is only ever text. */

import { visibleParts } from '../shared/text.ts';
import { shortened, VERDICT_WORDS } from '../view/rows.ts';
import type { FoundRecord } from './part.ts';

function element(name: string, className: string, ...children: readonly (Node | string)[]): HTMLElement {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** As Text.astro. */
function text(from: string): HTMLElement {
  return element(
    'bdi',
    '',
    ...visibleParts(from).map((part) => (part.isUnseen ? element('span', 'unseen', part.text) : part.text)),
  );
}

/** @param pattern address of a record's page, with `*` for its suffix. */
export function listItem(record: FoundRecord, pattern: string): HTMLElement {
  const { title, authors, arxiv, categories, suffix, date, verdict } = record;
  const short = `pith:${suffix.slice(0, 8)}`;
  const link = document.createElement('a');
  link.href = pattern.replace('*', suffix);
  link.append(title === '' ? short : text(title));
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
