/**
 * The bundles of a record for verification in the reader's browser: in the page, or in a script next to it. Each is compressed
 * (`deflate.ts`), and the browser gets the very bytes that were received. Pure.
 */

/** The bundles received for a record, newest first, as `deflatedBase64` gives them. */
interface EmbeddedBundles {
  readonly embedded: readonly string[];
}

/** The most characters of bundles embedded in a page: a bundle of 14 kB takes 4,200, and one with 41 events 20,000. */
export const MAX_IN_PAGE = 64 * 1024;

const isForPage = ({ embedded }: EmbeddedBundles): boolean =>
  embedded.reduce((sum, text) => sum + text.length, 0) <= MAX_IN_PAGE;

/** The bundles for the page's data block; null if they are in a separate script. */
export function bundlesInPage(entry: EmbeddedBundles): readonly string[] | null {
  return isForPage(entry) ? entry.embedded : null;
}

/** The separate script; null if the page embeds the bundles. It is a script because a page opened by `file:` cannot read other files. */
export function bundleScriptText(entry: EmbeddedBundles): string | null {
  return isForPage(entry) ? null : `pithBundles=${JSON.stringify(entry.embedded)};\n`;
}
