/** The bundles of a record for verification in the reader's browser: in the page, or in a script next to it. Pure. */
import { decodeUtf8 } from '../protocol/index.ts';
import type { BundleBytes } from './input.ts';
import { safeJson } from './json-text.ts';

/** The bundles received for a record, newest first. */
interface ReceivedBundles {
  readonly received: readonly BundleBytes[];
}

/** The most bytes of bundles embedded in a page. A real bundle is 14 kB. */
export const MAX_IN_PAGE = 64 * 1024;

/**
 * The bundles received for a record, newest first, as text. They are verified, so they are UTF-8 without a byte-order
 * mark, and encoding the text again gives their bytes.
 */
function bundleTexts({ received }: ReceivedBundles): readonly string[] {
  return received.map(({ bundle }) => decodeUtf8(bundle.bytes));
}

const isForPage = ({ received }: ReceivedBundles): boolean =>
  received.reduce((sum, { bundle }) => sum + bundle.bytes.length, 0) <= MAX_IN_PAGE;

/** The bundles for the page's data block; null if they are in a separate script. */
export function bundlesInPage(entry: ReceivedBundles): readonly string[] | null {
  return isForPage(entry) ? bundleTexts(entry) : null;
}

/** The separate script; null if the page embeds the bundles. It is a script because a page opened by `file:` cannot read other files. */
export function bundleScriptText(entry: ReceivedBundles): string | null {
  return isForPage(entry) ? null : `pithBundles=${safeJson(JSON.stringify(bundleTexts(entry)))};\n`;
}
