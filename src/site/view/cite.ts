/** How a record is cited and linked: what its page says to people, to search engines and to machines. Pure. */
import { badgeText } from '../../formats/badge.ts';
import { cslDownload, risDownload, type SavedFile } from '../../formats/downloads.ts';
import { absoluteUrl, badgeFile, bibtexFile, recordPage, relativeLink } from '../../mirror/base/paths.ts';
import type { Verdict } from '../../mirror/plan/catalogue.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';

/** A text to copy, and the file with the same text if there is one: next to the page, or in a link. */
export interface Snippet {
  readonly name: string;
  readonly text: string;
  readonly file: SavedFile | null;
}

export function citationSnippets({ identified, texts }: RecordEntry): readonly Snippet[] {
  const { suffix } = identified;
  const page = recordPage(suffix);
  return [
    {
      name: 'BibTeX',
      text: texts.bibtex,
      file: { name: 'cite.bib', href: relativeLink(page, bibtexFile(suffix)), type: 'application/x-bibtex' },
    },
    {
      name: 'RIS', // The file's lines end in CR LF; on the page, a line is a line.
      text: texts.ris.replaceAll('\r', ''),
      file: risDownload(texts),
    },
    {
      name: 'CSL-JSON',
      text: texts.csl,
      file: cslDownload(texts),
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
  const snippet = (name: string, text: string): Snippet => ({ name, text, file: null });
  return {
    src: relativeLink(recordPage(suffix), badgeFile(suffix)),
    alt,
    snippets: [
      // On a line of its own: Kiwix's checker takes ` src=` in any text for an image of the page.
      snippet('HTML', `<a href="${target}"><img alt="${alt}" height="22"\nsrc="${image}"></a>`),
      snippet('Markdown', `[![${alt}](${image})](${target})`),
    ],
  };
}
