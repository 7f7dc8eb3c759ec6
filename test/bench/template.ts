/**
 * Finds the template behind a set of pages: what a person would write who made the same page with another tool.
 *
 * The pages of one site differ in texts, in attributes, in how many items a list has, and in sections that some records lack. So the
 * elements of several pages are laid side by side, from the root down:
 *
 * - what is the same in every page is constant;
 * - text and attributes that differ are values;
 * - children that are of the same kinds in every page correspond one by one; children with an opening tag that stands once in every page
 *   are the fixed points between which the others are compared;
 * - children that are there or not, always the same ones, are a condition;
 * - anything else is a loop over children of one kind or of several.
 *
 * The template is exact: a page's values give back the page, and `valuesOf` fails on a page that the template does not cover.
 */

/** One piece of a template. Values stand under `name` in the data of the scope: the page, or the item of a loop. */
export type Piece =
  | { readonly kind: 'constant'; readonly text: string }
  /** Escaped where it is `text`; `raw` stands for markup with a language of its own in it, printed as it is. */
  | { readonly kind: 'value'; readonly name: string; readonly as: 'text' | 'raw' }
  | { readonly kind: 'condition'; readonly name: string; readonly body: Template }
  /** An item is an object with its values, and with `kind`, the index of its template as text, where there are several. */
  | { readonly kind: 'loop'; readonly name: string; readonly variants: readonly Template[] };
export type Template = readonly Piece[];

export interface Values {
  readonly [name: string]: string | boolean | readonly Values[];
}

/** A node of a page. White space before it is its `lead`; a text is more than white space. */
type Node =
  | { readonly kind: 'text'; readonly text: string }
  /** A document type, or a script or style with all that is in it. */
  | { readonly kind: 'raw'; readonly lead: string; readonly text: string; readonly name: string }
  | {
      readonly kind: 'element';
      readonly lead: string;
      readonly name: string;
      readonly attributes: readonly (readonly [before: string, name: string, value: string | null])[];
      /** `>` or ` />`. */
      readonly end: string;
      /** White space after the opening tag, where it is all that stands before the first child, and before the closing tag. */
      readonly inside: readonly [first: string, last: string];
      readonly close: string;
      readonly children: readonly Node[];
    };

const VOID = /^(area|base|br|col|embed|hr|img|input|link|meta|source|track|wbr)$/;
const TOKEN =
  /<!--[\s\S]*?-->|<![^>]*>|<(script|style)\b[^>]*>[\s\S]*?<\/\1>|<\/?([a-zA-Z][\w-]*)((?:\s+[^\s=>"'/]+(?:="[^"]*")?)*)(\s*\/?>)/g;
const ATTRIBUTE = /(\s+)([^\s=>"'/]+)(?:="([^"]*)")?/g;

/**
 * Reads a page that closes what it opens and quotes its attributes with `"`, as Astro's do.
 *
 * @throws TypeError if a text is not a page, or contains something that would not be reproduced exactly.
 */
export function readPage(html: string): readonly Node[] {
  interface Open {
    readonly name: string;
    readonly make: (children: readonly Node[], last: string, close: string) => Node;
    readonly children: Node[];
  }
  const root: Open = { name: '', make: () => ({ kind: 'text', text: '' }), children: [] };
  const stack: Open[] = [root];
  let at = 0;
  const top = (): Open => stack.at(-1) ?? root;
  /** The text before a token: given to the token if it is white space only. */
  const leadOf = (end: number): string => {
    const text = html.slice(at, end);
    if (/^\s*$/.test(text)) return text;
    top().children.push({ kind: 'text', text });
    return '';
  };
  for (const token of html.matchAll(TOKEN)) {
    const [text, rawName, name = '', attributeText = '', end = ''] = token;
    const isClosing = text.startsWith('</');
    if (isClosing) {
      const last = leadOf(token.index);
      const open = stack.pop();
      if (open === undefined || open === root || open.name !== name) throw new TypeError(`unexpected ${text}`);
      top().children.push(open.make(open.children, last, text));
    } else {
      const lead = leadOf(token.index);
      if (text.startsWith('<!') || rawName !== undefined) {
        top().children.push({ kind: 'raw', lead, text, name: rawName ?? '!' });
      } else {
        const attributes = [...attributeText.matchAll(ATTRIBUTE)].map(
          ([, before = '', attribute = '', value]) => [before, attribute, value ?? null] as const,
        );
        const make: Open['make'] = (given, last, close) => {
          const [first, ...others] = given;
          const children = first === undefined || first.kind === 'text' ? given : [{ ...first, lead: '' }, ...others];
          const inside = [first === undefined ? '' : leadOfNode(first), last] as const;
          return { kind: 'element', lead, name, attributes, end, inside, close, children };
        };
        if (openTag(make([], '', '')) !== text) throw new TypeError(`a tag in a form that is not known: ${text}`);
        if (VOID.test(name) || end.includes('/')) top().children.push(make([], '', ''));
        else stack.push({ name, make, children: [] });
      }
    }
    at = token.index + text.length;
  }
  if (stack.length !== 1) throw new TypeError(`<${top().name}> is not closed`);
  if (at < html.length) root.children.push({ kind: 'text', text: html.slice(at) });
  return root.children;
}

function openTag(node: Node): string {
  if (node.kind !== 'element') return '';
  const attributes = node.attributes.map(
    ([before, name, value]) => before + name + (value === null ? '' : `="${value}"`),
  );
  return `<${node.name}${attributes.join('')}${node.end}`;
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** The text that markup stands for: references replaced by their characters. */
export function decode(markup: string): string {
  return markup.replace(/&(?:#(\d+)|#[xX]([0-9a-fA-F]+)|(amp|lt|gt|quot|apos));/g, (_, decimal, hex, name) =>
    name === undefined
      ? String.fromCodePoint(decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal))
      : (NAMED[name] ?? ''),
  );
}

/** Text as markup, as Astro writes it. */
export function escapeText(text: string): string {
  return text.replace(/[&<>"']/g, (char) => ESCAPES[char] ?? char);
}
const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** What tells one kind of node from another: the tag, the names of its attributes, its first class. */
function kindOf(node: Node): string {
  if (node.kind === 'text') return '#text';
  if (node.kind === 'raw') return `#${node.name}`;
  return `<${node.name}${node.attributes.map(([, name, value]) => (name === 'class' ? ` class=${value?.split(' ')[0]}` : ` ${name}`)).join('')}>`;
}

/** As {@link kindOf}, with every value: what stands once in every page with this is the same place of it. */
function landmarkOf(node: Node): string {
  return node.kind === 'element' ? openTag(node) : kindOf(node);
}

/** A template while it is being made: each piece also knows how to take its values from one page's nodes. */
type Take = (nodes: readonly Node[], values: Record<string, Values[string]>) => void;
interface Made {
  readonly pieces: Template;
  readonly take: Take;
}

/** Raised if a page is not covered by a template made of others. */
export class NotCovered extends Error {}

/**
 * The values of a page or of a loop's item. What is the same text at several places of every sample is one value, as a person would
 * have it; the names are short and in lower case, because Hugo knows no other.
 */
class Scope {
  readonly #count: { names: number };
  readonly #known = new Map<string, string>();

  constructor(count = { names: 0 }) {
    this.#count = count;
  }

  fresh(letter: string): string {
    this.#count.names += 1;
    return `${letter}${this.#count.names}`;
  }

  nameOf(letter: string, texts: readonly string[]): string {
    const key = JSON.stringify([letter, texts]);
    const name = this.#known.get(key) ?? this.fresh(letter);
    this.#known.set(key, name);
    return name;
  }

  /** The scope of a loop's items. */
  inner(): Scope {
    return new Scope(this.#count);
  }
}

const constant = (text: string): Template => (text === '' ? [] : [{ kind: 'constant', text }]);

function unifyText(
  texts: readonly string[],
  scope: Scope,
  as: 'text' | 'raw' = 'text',
): {
  readonly pieces: Template;
  readonly take: (text: string, values: Record<string, Values[string]>) => void;
} {
  const [first = ''] = texts;
  if (texts.every((text) => text === first)) {
    const take = (text: string): void => {
      if (text !== first) throw new NotCovered(`expected ${JSON.stringify(first)}, got ${JSON.stringify(text)}`);
    };
    return { pieces: constant(first), take };
  }
  // White space around a value, and words that every page has before or after it, are the template's. A common letter is chance.
  const before = as === 'raw' ? '' : commonStart(texts);
  const rests = texts.map((text) => text.slice(before.length));
  const after = as === 'raw' ? '' : reverse(commonStart(rests.map(reverse)));
  const partOf = (text: string): string => {
    const part = text.slice(before.length, text.length - after.length);
    return as === 'raw' ? part : decode(part);
  };
  const name = scope.nameOf(as === 'raw' ? 'r' : 'v', texts.map(partOf));
  return {
    pieces: [...constant(before), { kind: 'value', name, as }, ...constant(after)],
    take: (text, values) => {
      if (text.length < before.length + after.length || !text.startsWith(before) || !text.endsWith(after)) {
        throw new NotCovered(`expected ${JSON.stringify(`${before}…${after}`)}, got ${JSON.stringify(text)}`);
      }
      const value = partOf(text);
      const known = values[name];
      if (known !== undefined && known !== value) throw new NotCovered(`expected ${known} again, got ${value}`);
      values[name] = value;
    },
  };
}

const reverse = (text: string): string => [...text].reverse().join('');

/** What all texts begin with, up to the last white space or `/` in it. */
function commonStart(texts: readonly string[]): string {
  const [first = ''] = texts;
  let length = first.length;
  for (const text of texts) {
    let shared = 0;
    while (shared < length && text[shared] === first[shared]) shared += 1;
    length = shared;
  }
  return /^[\s\S]*[\s/]/.exec(first.slice(0, length))?.[0] ?? '';
}

/** Nodes that stand at one place in each page. All are of one kind. */
function unifyNodes(
  nodes: readonly Node[],
  scope: Scope,
): { readonly pieces: Template; readonly take: (node: Node, values: Record<string, Values[string]>) => void } {
  const [first] = nodes;
  if (first === undefined) throw new RangeError('no node');
  if (first.kind === 'text') {
    const { pieces, take } = unifyText(
      nodes.map((node) => (node.kind === 'text' ? node.text : '')),
      scope,
    );
    return { pieces, take: (node, values) => take(node.kind === 'text' ? node.text : '', values) };
  }
  const lead = unifyText(nodes.map(leadOfNode), scope);
  if (first.kind === 'raw') {
    const { pieces, take } = unifyText(
      nodes.map((node) => (node.kind === 'raw' ? node.text : '')),
      scope,
      'raw',
    );
    return {
      pieces: [...lead.pieces, ...pieces],
      take: (node, values) => {
        lead.take(leadOfNode(node), values);
        take(node.kind === 'raw' ? node.text : '', values);
      },
    };
  }
  const elements = nodes.filter((node) => node.kind === 'element');
  const attributes = first.attributes.map(([space, name, value], i) => ({
    open: `${space}${name}`,
    value:
      value === null
        ? null
        : unifyText(
            elements.map((element) => element.attributes[i]?.[2] ?? ''),
            scope,
          ),
  }));
  const before = unifyText(
    elements.map(({ inside }) => inside[0]),
    scope,
  );
  const children = unify(
    elements.map((element) => element.children),
    scope,
  );
  const after = unifyText(
    elements.map(({ inside }) => inside[1]),
    scope,
  );
  return {
    pieces: [
      ...lead.pieces,
      ...constant(`<${first.name}`),
      ...attributes.flatMap(({ open, value }) =>
        value === null ? constant(open) : [...constant(`${open}="`), ...value.pieces, ...constant('"')],
      ),
      ...constant(first.end),
      ...before.pieces,
      ...children.pieces,
      ...after.pieces,
      ...constant(first.close),
    ],
    take: (node, values) => {
      if (node.kind !== 'element') throw new NotCovered(`expected an element, got ${node.kind}`);
      lead.take(node.lead, values);
      attributes.forEach(({ value }, i) => {
        value?.take(node.attributes[i]?.[2] ?? '', values);
      });
      before.take(node.inside[0], values);
      children.take(node.children, values);
      after.take(node.inside[1], values);
    },
  };
}

const leadOfNode = (node: Node): string => (node.kind === 'text' ? '' : node.lead);

/** Lists of children, one of each page. */
function unify(lists: readonly (readonly Node[])[], scope: Scope): Made {
  const landmarks = commonLandmarks(lists);
  if (landmarks.length === 0) return unifyStretch(lists, scope);
  const parts = lists.map((list) => splitAt(list, landmarks));
  const made: {
    readonly pieces: Template;
    readonly take: (part: Parts, values: Record<string, Values[string]>) => void;
  }[] = [];
  for (let i = 0; i <= landmarks.length; i++) {
    const between = unifyStretch(
      parts.map(({ stretches }) => stretches[i] ?? []),
      scope,
    );
    made.push({ pieces: between.pieces, take: ({ stretches }, values) => between.take(stretches[i] ?? [], values) });
    if (i === landmarks.length) break;
    const mark = unifyNodes(
      parts.flatMap(({ marks }) => marks[i] ?? []),
      scope,
    );
    made.push({
      pieces: mark.pieces,
      take: ({ marks }, values) => {
        const node = marks[i];
        if (node === undefined) throw new NotCovered(`expected ${landmarks[i]}, got nothing`);
        mark.take(node, values);
      },
    });
  }
  return {
    pieces: made.flatMap(({ pieces }) => pieces),
    take: (nodes, values) => {
      const part = splitAt(nodes, landmarks);
      for (const { take } of made) take(part, values);
    },
  };
}

/** Opening tags that stand once in each list, in one order in all of them; none if the order differs. */
function commonLandmarks(lists: readonly (readonly Node[])[]): readonly string[] {
  const [first = [], ...others] = lists.map((list) => {
    const tags = list.filter(({ kind }) => kind !== 'text').map(landmarkOf);
    return tags.filter((tag) => tags.indexOf(tag) === tags.lastIndexOf(tag));
  });
  const shared = first.filter((tag) => others.every((other) => other.includes(tag)));
  const isOrdered = others.every((other) =>
    other.filter((tag) => shared.includes(tag)).every((tag, i) => tag === shared[i]),
  );
  return isOrdered ? shared : [];
}

interface Parts {
  readonly marks: readonly Node[];
  /** Before, between and after the marks. */
  readonly stretches: readonly (readonly Node[])[];
}

function splitAt(nodes: readonly Node[], landmarks: readonly string[]): Parts {
  const marks: Node[] = [];
  const stretches: Node[][] = [[]];
  for (const node of nodes) {
    if (marks.length < landmarks.length && landmarkOf(node) === landmarks[marks.length] && node.kind !== 'text') {
      marks.push(node);
      stretches.push([]);
    } else {
      stretches.at(-1)?.push(node);
    }
  }
  return { marks, stretches };
}

/** Nodes without a landmark among them. */
function unifyStretch(lists: readonly (readonly Node[])[], scope: Scope): Made {
  const kinds = lists.map((list) => list.map(kindOf).join(' '));
  const present = lists.filter((list) => list.length > 0);
  const [shape = ''] = kinds.filter((kind) => kind !== '');
  if (kinds.every((kind) => kind === shape)) return unifyOneByOne(lists, shape, scope);
  if (kinds.every((kind) => kind === '' || kind === shape)) {
    const name = scope.fresh('c');
    const inner = unifyOneByOne(present, shape, scope);
    return {
      pieces: [{ kind: 'condition', name, body: inner.pieces }],
      take: (nodes, values) => {
        values[name] = nodes.length > 0;
        if (nodes.length > 0) inner.take(nodes, values);
      },
    };
  }
  return unifyLoop(lists, scope);
}

function unifyOneByOne(lists: readonly (readonly Node[])[], shape: string, scope: Scope): Made {
  const [first = []] = lists;
  const places = first.map((_, i) =>
    unifyNodes(
      lists.flatMap((list) => list[i] ?? []),
      scope,
    ),
  );
  return {
    pieces: places.flatMap(({ pieces }) => pieces),
    take: (nodes, values) => {
      const got = nodes.map(kindOf).join(' ');
      if (got !== shape) throw new NotCovered(`expected ${shape || 'nothing'}, got ${got || 'nothing'}`);
      places.forEach(({ take }, i) => {
        const node = nodes[i];
        if (node !== undefined) take(node, values);
      });
    },
  };
}

function unifyLoop(lists: readonly (readonly Node[])[], scope: Scope): Made {
  const name = scope.fresh('l');
  const kinds = [...new Set(lists.flatMap((list) => list.map(kindOf)))];
  const variants = kinds.map((kind) =>
    unifyNodes(
      lists.flat().filter((node) => kindOf(node) === kind),
      scope.inner(),
    ),
  );
  return {
    pieces: [{ kind: 'loop', name, variants: variants.map(({ pieces }) => pieces) }],
    take: (nodes, values) => {
      values[name] = nodes.map((node): Values => {
        const kind = kinds.indexOf(kindOf(node));
        const item: Record<string, Values[string]> = kinds.length > 1 ? { kind: String(kind) } : {};
        const variant = variants[kind];
        if (variant === undefined) throw new NotCovered(`expected one of ${kinds.join(' ')}, got ${kindOf(node)}`);
        variant.take(node, item);
        return item;
      });
    },
  };
}

/** Constants that follow each other are one. */
function joined(template: Template): Template {
  const pieces: Piece[] = [];
  for (const piece of template) {
    const last = pieces.at(-1);
    if (piece.kind === 'constant' && last?.kind === 'constant') {
      pieces[pieces.length - 1] = { kind: 'constant', text: last.text + piece.text };
    } else if (piece.kind === 'condition') {
      pieces.push({ ...piece, body: joined(piece.body) });
    } else if (piece.kind === 'loop') {
      pieces.push({ ...piece, variants: piece.variants.map(joined) });
    } else {
      pieces.push(piece);
    }
  }
  return pieces;
}

export interface FoundTemplate {
  readonly template: Template;
  /**
   * The values of a page.
   * @throws NotCovered if the page is not one of this template's.
   */
  readonly valuesOf: (html: string) => Values;
}

/** The template of these pages. @param pages two at least, as HTML. */
export function findTemplate(pages: readonly string[]): FoundTemplate {
  const made = unify(pages.map(readPage), new Scope());
  return {
    template: joined(made.pieces),
    valuesOf: (html) => {
      const values: Record<string, Values[string]> = {};
      made.take(readPage(html), values);
      return values;
    },
  };
}
