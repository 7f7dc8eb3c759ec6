/** Creates elements from text. Nothing here parses markup, so no text of a bundle can become markup. */
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

/** Untrusted text, as components/Text.astro shows it. */
export function foreign(text: string): HTMLElement {
  const parts = visibleParts(text);
  return element('bdi', '', ...parts.map((part) => (part.isUnseen ? element('span', 'unseen', part.text) : part.text)));
}

/** An element that the page must have. */
export function part<T extends Element = HTMLElement>(root: ParentNode, selector: string): T {
  const found = root.querySelector<T>(selector);
  if (found === null) throw new TypeError(`expected the page to have ${selector}`);
  return found;
}
