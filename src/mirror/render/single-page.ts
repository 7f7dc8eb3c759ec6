/**
 * One self-contained page of a record, made from its page in a site and the files that the page refers to. It can be sent
 * by mail or kept on a USB stick, and still shows, cites and verifies its record. Pure.
 */
import { createHash } from 'node:crypto';
import { type DefaultTreeAdapterTypes, parse, serialize, html as spec } from 'parse5';
import { absoluteUrl } from '../base/paths.ts';

type Element = DefaultTreeAdapterTypes.Element;
type Parent = DefaultTreeAdapterTypes.ParentNode;

/** Identifies a file as a single page. */
export const SINGLE_MARK = '<meta name="generator" content="pith-mirror single">';

/** Bytes of the largest file that is put into a link; Chromium rejects addresses of 2 MB. */
const MAX_IN_LINK = 1024 * 1024;

const TYPES: ReadonlyMap<string, string> = new Map([
  ['bib', 'application/x-bibtex'],
  ['json', 'application/json'],
  ['jsonld', 'application/ld+json'],
  ['py', 'text/x-python'],
  ['svg', 'image/svg+xml'],
  ['txt', 'text/plain'],
]);

export interface SinglePageOptions {
  /** Path of the page in its site. */
  readonly page: string;
  /** Another file of the site; null if there is none. */
  readonly read: (path: string) => Uint8Array | null;
  /** Base URL of the site, for links to its other pages; without it they become text. */
  readonly site: string | null;
  /** Prefix for the names of files that a reader saves. */
  readonly name: string;
}

const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((attr) => attr.name === name)?.value;

function setAttribute(element: Element, name: string, value: string): void {
  element.attrs = [...element.attrs.filter((attr) => attr.name !== name), { name, value }];
}

function removeAttributes(element: Element, ...names: readonly string[]): void {
  element.attrs = element.attrs.filter((attr) => !names.includes(attr.name));
}

function remove(element: Element): void {
  const parent = element.parentNode;
  if (parent !== null) parent.childNodes = parent.childNodes.filter((child) => child !== element);
}

function make(tagName: string, parentNode: Parent, text: string): Element {
  const element: Element = {
    nodeName: tagName,
    tagName,
    attrs: [],
    namespaceURI: spec.NS.HTML,
    childNodes: [],
    parentNode,
  };
  if (text !== '') element.childNodes = [{ nodeName: '#text', value: text, parentNode: element }];
  return element;
}

/** Every element, in document order. A list, so that the tree may be changed during iteration. */
function elementsOf(node: Parent): readonly Element[] {
  return node.childNodes.flatMap((child) => ('tagName' in child ? [child, ...elementsOf(child)] : []));
}

/** Reduces a navigation to those of its links that still lead somewhere. */
function keepLinks(list: Element): void {
  list.childNodes = list.childNodes.filter((child) => 'tagName' in child && child.tagName === 'a');
  if (list.childNodes.length === 0) remove(list);
}

/** The path in the site that a link of the page points to, or null for a fragment or an external link. */
function pathOf(page: string, href: string): string | null {
  if (href.startsWith('#')) return null;
  const base = `site:///${page}`;
  const url = URL.parse(href, base);
  if (url === null || url.protocol !== 'site:') return null;
  return decodeURIComponent(url.pathname).replace(/^\/+/, '');
}

function dataUrl(path: string, bytes: Uint8Array): string {
  const type = TYPES.get(path.slice(path.lastIndexOf('.') + 1)) ?? 'application/octet-stream';
  return `data:${type};base64,${Buffer.from(bytes).toString('base64')}`;
}

/** The text of a script or style for use in its element. @throws TypeError if it would end the element. */
function inlineText(path: string, bytes: Uint8Array): string {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  if (/<\/(script|style)|<!--|\r|\0/i.test(text))
    throw new TypeError(`${path} cannot be included in a page: it has markup`);
  return text;
}

const hashOf = (text: string): string => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

class SinglePage {
  readonly #options: SinglePageOptions;
  readonly #scripts: string[] = [];
  readonly #styles: string[] = [];
  /** Links to other pages of a site that has no address. */
  readonly #textOnly = new Set<DefaultTreeAdapterTypes.ChildNode>();

  constructor(options: SinglePageOptions) {
    this.#options = options;
  }

  #read(path: string): Uint8Array {
    const bytes = this.#options.read(path);
    if (bytes === null) throw new TypeError(`the page refers to ${path}, which is not in the site`);
    return bytes;
  }

  #addScript(href: string | undefined): void {
    const path = href === undefined ? null : pathOf(this.#options.page, href);
    if (path === null) return;
    const text = inlineText(path, this.#read(path));
    if (!this.#scripts.includes(text)) this.#scripts.push(text);
  }

  #link(element: Element): void {
    const path = pathOf(this.#options.page, attribute(element, 'href') ?? '');
    if (path === null) return;
    const rel = attribute(element, 'rel');
    if (rel === 'stylesheet') {
      const text = inlineText(path, this.#read(path));
      this.#styles.push(text);
      const style = make('style', element.parentNode ?? element, text);
      const parent = element.parentNode;
      if (parent !== null) parent.childNodes = parent.childNodes.map((child) => (child === element ? style : child));
    } else if (rel === 'icon') {
      setAttribute(element, 'href', dataUrl(path, this.#read(path)));
    } else if (this.#options.site === null) {
      remove(element);
    } else {
      setAttribute(element, 'href', absoluteUrl(this.#options.site, path));
    }
  }

  /** Files of the record, and others that a link saves, go into the page; links to other pages become absolute, or text. */
  #anchor(element: Element): void {
    const { page, read, site, name } = this.#options;
    const href = attribute(element, 'href') ?? '';
    if (href.startsWith('data:')) setAttribute(element, 'download', `${name}.${attribute(element, 'download') ?? ''}`);
    const path = pathOf(page, href);
    if (path === null) return;
    const folder = page.slice(0, page.lastIndexOf('/') + 1);
    const isFile = path.startsWith(folder) || attribute(element, 'download') !== undefined;
    const bytes = path !== page && isFile ? read(path) : null;
    if (bytes !== null && bytes.length <= MAX_IN_LINK) {
      setAttribute(element, 'href', dataUrl(path, bytes));
      setAttribute(element, 'download', `${name}.${path.slice(path.lastIndexOf('/') + 1)}`);
    } else if (site !== null) {
      setAttribute(element, 'href', absoluteUrl(site, path));
    } else {
      this.#textOnly.add(element);
      element.tagName = 'span';
      element.nodeName = 'span';
      removeAttributes(element, 'href', 'rel', 'type', 'download', 'hreflang');
    }
  }

  #image(element: Element): void {
    const path = pathOf(this.#options.page, attribute(element, 'src') ?? '');
    if (path !== null) setAttribute(element, 'src', dataUrl(path, this.#read(path)));
  }

  #visit(element: Element): void {
    const { tagName } = element;
    if (tagName === 'link') this.#link(element);
    if (tagName === 'a') this.#anchor(element);
    if (tagName === 'img') this.#image(element);
    // It would lead to a page of the site.
    if (tagName === 'form' && attribute(element, 'action') !== undefined) remove(element);
    if (tagName === 'script' && attribute(element, 'src') !== undefined) {
      // It was deferred; inline in the head, it would run before there is a body.
      this.#addScript(attribute(element, 'src'));
      remove(element);
    }
  }

  make(html: string): string {
    const document = parse(html);
    const all = elementsOf(document);
    const byName = (name: string): Element => {
      const found = all.find(({ tagName }) => tagName === name);
      if (found === undefined) throw new TypeError(`expected a page with ${name}`);
      return found;
    };
    // Files that the page loads on demand come first, so that they are already present.
    const onDemand = all.filter((element) => attribute(element, 'data-verifier') !== undefined);
    for (const element of onDemand) {
      this.#addScript(attribute(element, 'data-verifier'));
      const bundles = attribute(element, 'data-bundles');
      const path = bundles === undefined ? null : pathOf(this.#options.page, bundles);
      if (path !== null && this.#options.read(path) !== null) this.#addScript(bundles);
      removeAttributes(element, 'data-verifier', 'data-bundles');
    }
    for (const element of all) this.#visit(element);
    const isNavigation = ({ tagName, parentNode }: Element): boolean =>
      tagName === 'nav' || (tagName === 'p' && parentNode?.nodeName === 'footer');
    for (const list of all.filter(isNavigation))
      if (list.childNodes.some((child) => this.#textOnly.has(child))) keepLinks(list);
    const [head, body] = [byName('head'), byName('body')];
    body.childNodes.push(...this.#scripts.map((text) => make('script', body, text)));
    const policy = all.find((element) => attribute(element, 'http-equiv') === 'Content-Security-Policy');
    if (policy === undefined) throw new TypeError('expected a page with a policy');
    const sources = (texts: readonly string[]): string => texts.map(hashOf).join(' ') || "'none'";
    setAttribute(
      policy,
      'content',
      `default-src 'none'; script-src ${sources(this.#scripts)}; style-src ${sources(this.#styles)}; img-src data:; base-uri 'none'; form-action 'none'`,
    );
    const mark = make('meta', head, '');
    mark.attrs = [
      { name: 'name', value: 'generator' },
      { name: 'content', value: 'pith-mirror single' },
    ];
    head.childNodes.splice(head.childNodes.indexOf(policy) + 1, 0, mark);
    return `${serialize(document)}\n`;
  }
}

/**
 * Makes the page.
 *
 * @param html the record's page as the site has it.
 * @throws TypeError if the page refers to a file that is not in the site, or that cannot be embedded.
 */
export function singlePage(html: string, options: SinglePageOptions): string {
  return new SinglePage(options).make(html);
}
