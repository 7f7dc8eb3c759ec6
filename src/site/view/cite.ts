/** How a record is cited and linked: what its page says to people, to search engines and to machines. Pure. */
import { badgeText } from '../../formats/badge.ts';
import {
  absoluteUrl,
  badgeFile,
  bibtexFile,
  cslFile,
  recordPage,
  relativeLink,
  risFile,
} from '../../mirror/base/paths.ts';
import type { Verdict } from '../../mirror/plan/catalogue.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';

/** A text to copy, and the file with the same text if there is one. */
export interface Snippet {
  /** Of the element with the text. */
  readonly id: string;
  readonly name: string;
  readonly text: string;
  readonly href: string | null;
  readonly type: string | null;
}

const BIBTEX = 'application/x-bibtex';
const RIS = 'application/x-research-info-systems';
const CSL = 'application/vnd.citationstyles.csl+json';

export function citationSnippets({ identified, texts }: RecordEntry): readonly Snippet[] {
  const { suffix } = identified;
  const page = recordPage(suffix);
  return [
    {
      id: 'cite-bibtex',
      name: 'BibTeX',
      text: texts.bibtex,
      href: relativeLink(page, bibtexFile(suffix)),
      type: BIBTEX,
    },
    {
      id: 'cite-ris',
      name: 'RIS', // The file's lines end in CR LF; on the page, a line is a line.
      text: texts.ris.replaceAll('\r', ''),
      href: relativeLink(page, risFile(suffix)),
      type: RIS,
    },
    {
      id: 'cite-csl',
      name: 'CSL-JSON',
      text: texts.csl,
      href: relativeLink(page, cslFile(suffix)),
      type: CSL,
    },
  ];
}

export interface BadgeView {
  readonly src: string;
  readonly alt: string;
  readonly snippets: readonly Snippet[];
}

/** The badge with its markup; without the mirror's address, the markup names a file to save next to the other page. */
export function badgeView(entry: RecordEntry, verdict: Verdict, site: string | null, origin: string): BadgeView {
  const { suffix, shortPithNumber } = entry.identified;
  const alt = badgeText(shortPithNumber, verdict);
  // The base URL comes from the operator, but in markup it must still be escaped.
  const address = (path: string): string =>
    (URL.parse(absoluteUrl(site ?? '', path))?.href ?? '').replaceAll(
      /[()'"<>]/g,
      (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
    );
  const image = site === null ? 'badge.svg' : address(badgeFile(suffix));
  const target = site === null ? origin : address(recordPage(suffix));
  const snippet = (id: string, name: string, text: string): Snippet => ({ id, name, text, href: null, type: null });
  return {
    src: relativeLink(recordPage(suffix), badgeFile(suffix)),
    alt,
    snippets: [
      snippet('badge-html', 'HTML', `<a href="${target}"><img src="${image}" alt="${alt}" height="22"></a>`),
      snippet('badge-markdown', 'Markdown', `[![${alt}](${image})](${target})`),
    ],
  };
}
