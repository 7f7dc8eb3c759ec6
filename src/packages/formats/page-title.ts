/** The title of a page that this program wrote, as text. */

const TITLE = /<title>([^<]*)<\/title>/;
const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
const REFERENCE = /&(?:#x([0-9a-f]{1,6})|#(\d{1,7})|(amp|lt|gt|quot|apos));/gi;

/** @param page its beginning. @returns the text of the `title` element; null if the page has none. */
export function pageTitle(page: string): string | null {
  const [, title] = TITLE.exec(page) ?? [];
  if (title === undefined) return null;
  return title
    .replace(REFERENCE, (whole, hex?: string, decimal?: string, name?: string) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      if (name !== undefined) return NAMED[name.toLowerCase()] ?? whole;
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    })
    .replace(/[\p{Cc}\s]+/gu, ' ')
    .trim();
}
