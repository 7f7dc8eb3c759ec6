/**
 * The page of a record in a compact ZIM: its bundles are text there, each in an element of its own, and not deflated in base64.
 * A cluster of a ZIM is compressed as a whole, so this text costs almost nothing next to the record's `bundle.json`, which is the
 * same. What is deflated already cannot be compressed again, and would be almost half of the file. Pure.
 *
 *     site  <script … id="verify-data">{"trust":…,"bundles":["7VZt…"]}</script>
 *     ZIM   <script … id="verify-data">{"trust":…,"bundles":["#verify-bundle-0"]}</script><script … id="verify-bundle-0">{"pith":…}</script>
 *
 * Nothing else of the page changes, and nothing is lost: deflated again, the text gives the bytes of the site's page.
 */
import { inflatedBase64 } from '../../formats/deflate.ts';
import { safeJson } from '../../formats/json-text.ts';
import { decodeUtf8, encodeUtf8 } from '../../protocol/index.ts';

const elementStart = (id: string): string => `<script type="application/json" id="${id}">`;
const END = '</script>';
const DATA = elementStart('verify-data');

/** What an element's text would not give back: a parser of HTML changes CR and NUL, and markup may end the element. */
const NOT_IN_ELEMENT = /[\r\0]|<[!/s]/i;

/** @returns a bundle as the text of an element; null if it is no deflate of a text that an element can hold. */
function elementText(deflated: string): string | null {
  try {
    const text = decodeUtf8(inflatedBase64(deflated));
    return NOT_IN_ELEMENT.test(text) ? null : text;
  } catch {
    // The bundle's bytes are judged elsewhere. Here it only has to reach the reader as it is.
    return null;
  }
}

/** @returns the value of the data block; null if it is none that this version of the program writes. */
function dataOf(json: string): { readonly bundles: readonly string[] } | null {
  try {
    const data = JSON.parse(json);
    return Array.isArray(data.bundles) ? data : null;
  } catch {
    return null;
  }
}

/**
 * @param page of a record.
 * @returns the page for a ZIM; the same bytes if the page has no bundle that can be text.
 */
export function zimPage(page: Uint8Array): Uint8Array {
  const html = decodeUtf8(page);
  const start = html.indexOf(DATA) + DATA.length;
  const end = html.indexOf(END, start);
  if (start < DATA.length || end < 0) return page;
  const data = dataOf(html.slice(start, end));
  if (data === null) return page;
  let elements = '';
  const bundles = data.bundles.map((deflated, index) => {
    const text = elementText(deflated);
    if (text === null) return deflated;
    const id = `verify-bundle-${index}`;
    elements += `${elementStart(id)}${text}${END}`;
    return `#${id}`;
  });
  if (elements === '') return page;
  const json = safeJson(JSON.stringify({ ...data, bundles }));
  return encodeUtf8(html.slice(0, start) + json + END + elements + html.slice(end + END.length));
}
