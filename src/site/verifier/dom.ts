/** Elements made of text. Nothing here reads markup, so nothing that a bundle holds can become any. */
import { visibleParts } from '../shared/text.ts';

type Child = Node | string;

export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  className: string,
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  if (className !== '') made.className = className;
  made.append(...children);
  return made;
}

/** Text from strangers, as components/Text.astro shows it. */
export function foreign(text: string): HTMLElement {
  const parts = visibleParts(text);
  return element('bdi', '', ...parts.map((part) => (part.isUnseen ? element('span', 'unseen', part.text) : part.text)));
}

/** The element that a page is known to have. */
export function part<T extends Element = HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (found === null) throw new TypeError(`expected the page to have ${selector}`);
  return found;
}
