/** The page of a site, from the page of a ZIM that was made of it (`packages/formats/zim-page.ts`): the way back. */
import { deflatedBase64 } from '../../../src/formats/deflate.ts';
import { safeJson } from '../../../src/formats/json-text.ts';

const DATA = /(<script type="application\/json" id="verify-data">)(.*?)<\/script>/s;
const BUNDLE = /<script type="application\/json" id="(verify-bundle-\d+)">(.*?)<\/script>/gs;

/** @param page with its bundles as text. @returns the page with its bundles deflated, which is the site's. */
export function sitePage(page: Uint8Array): Buffer {
  const texts = new Map<string, string>();
  const rest = Buffer.from(page)
    .toString()
    .replace(BUNDLE, (_, id: string, text: string) => {
      texts.set(`#${id}`, text);
      return '';
    });
  const html = rest.replace(DATA, (_, start: string, json: string) => {
    const data = JSON.parse(json) as { bundles: string[] | null };
    const bundles = data.bundles?.map((bundle) => {
      const text = texts.get(bundle);
      return text === undefined ? bundle : deflatedBase64(Buffer.from(text));
    });
    return `${start}${safeJson(JSON.stringify({ ...data, ...(bundles && { bundles }) }))}</script>`;
  });
  return Buffer.from(html);
}
