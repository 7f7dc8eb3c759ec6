/** Text as the markup of an element's content. Pure. */
import { visibleParts } from '../shared/text.ts';

/** `&` first, so that the others' own `&` stays. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The content of an element other than a script, a style or an attribute; invisible characters are shown as code points. */
export function elementText(text: string): string {
  return visibleParts(text)
    .map((part) => (part.isUnseen ? `<span class="unseen">${escaped(part.text)}</span>` : escaped(part.text)))
    .join('');
}
