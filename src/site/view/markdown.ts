/**
 * Parses the operator's Markdown into a tree of a few harmless kinds of nodes. Nothing becomes HTML here: components render the tree,
 * so text stays text. Other kinds (raw HTML, images, tables) are shown as source.
 */
import { fromMarkdown } from 'mdast-util-from-markdown';
import { safeHref } from './links.ts';

type SourceNode = ReturnType<typeof fromMarkdown>['children'][number];

export type MarkdownNode =
  | { readonly kind: 'text' | 'code' | 'block-code'; readonly text: string }
  | {
      readonly kind: 'paragraph' | 'emphasis' | 'strong' | 'list' | 'ordered' | 'item' | 'quote';
      readonly children: readonly MarkdownNode[];
    }
  | { readonly kind: 'link'; readonly href: string; readonly children: readonly MarkdownNode[] }
  | { readonly kind: 'break' };

/** Deeper nesting is shown as source: no note needs it, and the components recurse. */
const MAX_DEPTH = 16;

function convert(node: SourceNode, source: string, depth: number): MarkdownNode {
  const children = (): readonly MarkdownNode[] =>
    'children' in node ? node.children.map((child) => convert(child, source, depth + 1)) : [];
  const asSource = (): MarkdownNode => ({ kind: 'text', text: sourceOf(node, source) });
  if (depth > MAX_DEPTH) return asSource();
  switch (node.type) {
    case 'text':
      return { kind: 'text', text: node.value };
    case 'inlineCode':
      return { kind: 'code', text: node.value };
    case 'code':
      return { kind: 'block-code', text: node.value };
    case 'break':
      return { kind: 'break' };
    case 'link': {
      const href = safeHref(node.url);
      return href === null ? asSource() : { kind: 'link', href, children: children() };
    }
    // Headings in a note must not become part of the page's outline.
    case 'heading':
      return { kind: 'paragraph', children: [{ kind: 'strong', children: children() }] };
    case 'paragraph':
    case 'emphasis':
    case 'strong':
      return { kind: node.type, children: children() };
    case 'blockquote':
      return { kind: 'quote', children: children() };
    case 'list':
      return { kind: node.ordered ? 'ordered' : 'list', children: children() };
    case 'listItem':
      return { kind: 'item', children: children() };
    default:
      return asSource();
  }
}

function sourceOf(node: SourceNode, source: string): string {
  return source.slice(node.position?.start.offset ?? 0, node.position?.end.offset ?? 0);
}

export function markdownTree(source: string): readonly MarkdownNode[] {
  return fromMarkdown(source).children.map((node) => convert(node, source, 0));
}
