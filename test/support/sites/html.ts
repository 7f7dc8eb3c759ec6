/** Reading built pages with an HTML parser. */
import { type DefaultTreeAdapterTypes, parse } from 'parse5';

export interface HtmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly text: string;
}

type Node = DefaultTreeAdapterTypes.Node;

/** Elements that do not separate words. */
const INLINE: ReadonlySet<string> = new Set(['a', 'bdi', 'code', 'em', 'i', 'span', 'strong', 'time']);

function textOf(node: Node): string {
  if ('value' in node) return node.value;
  const text = 'childNodes' in node ? node.childNodes.map(textOf).join('') : '';
  return 'tagName' in node && !INLINE.has(node.tagName) ? ` ${text} ` : text;
}

/** Every element of a page, in document order. */
export function elements(html: string): readonly HtmlElement[] {
  const found: HtmlElement[] = [];
  const visit = (node: Node): void => {
    if ('tagName' in node) {
      const attributes = new Map(node.attrs.map(({ name, value }) => [name, value]));
      found.push({
        name: node.tagName,
        attributes,
        // Few are asked for it, and each contains that of all elements in it.
        get text() {
          return textOf(node);
        },
      });
    }
    if ('childNodes' in node) for (const child of node.childNodes) visit(child);
  };
  visit(parse(html));
  return found;
}

/** The visible text of a page, with white space collapsed. */
export function pageText(html: string): string {
  const body = elements(html).find(({ name }) => name === 'body');
  return (body?.text ?? '').replaceAll(/\s+/g, ' ').trim();
}

/** Every address that an element refers to. */
export function references(html: string): readonly string[] {
  return elements(html).flatMap(({ attributes }) =>
    ['href', 'src', 'srcset', 'action', 'poster', 'data'].flatMap((name) => attributes.get(name) ?? []),
  );
}

/** Whether an address is a file inside of the page, of a type that no browser shows as a page. */
export const isInPage = (address: string): boolean =>
  /^data:application\/(?:json|vnd\.citationstyles\.csl\+json|x-research-info-systems);base64,[\w+/]+=*$/.test(address);
