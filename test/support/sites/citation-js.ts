/** citation-js, another's reader of BibTeX, RIS and CSL-JSON. It has no types and no modules that Node can load. */
import { createRequire } from 'node:module';

/** A CSL item, as far as tests look at it. */
export interface CslItem {
  readonly type?: string;
  readonly title?: string;
  readonly author?: readonly { readonly literal?: string; readonly family?: string; readonly given?: string }[];
  readonly issued?: { readonly 'date-parts'?: readonly (readonly number[])[] };
  readonly DOI?: string;
  readonly URL?: string;
  readonly note?: string;
  readonly number?: string;
}

const load = createRequire(import.meta.url);
const { Cite } = load('@citation-js/core') as {
  Cite: new (
    text: string,
    options?: object,
  ) => { readonly data: readonly CslItem[]; format(as: string, options: object): string };
};
for (const name of ['bibtex', 'ris', 'csl']) load(`@citation-js/plugin-${name}`);

/** Every entry that citation-js finds in a text. It guesses the format, but for RIS, which can hold what looks like another. */
export const readCitations = (text: string): readonly CslItem[] =>
  new Cite(text, text.startsWith('TY  - ') ? { forceType: '@ris/file' } : {}).data;

/** What a reader would see in a list of references, in the style of the APA. */
export const bibliography = (text: string): string =>
  new Cite(text).format('bibliography', { format: 'text', template: 'apa', lang: 'en-US' });
