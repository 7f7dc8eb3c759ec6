/**
 * Files of a record that are links inside its page instead of files next to it: `data:` addresses, which every browser
 * saves under the name that the link gives, from http and from `file:`, without a script. Pure.
 */
import { encodeBase64, encodeUtf8, formatCanonical, type IdentifiedRecord } from '../protocol/index.ts';
import { asciiJson } from './json-text.ts';
import { asciiRis } from './ris.ts';
import type { RecordTexts } from './texts.ts';

/** A file that a link of the page saves. */
export interface SavedFile {
  /** The name under which it is saved. */
  readonly name: string;
  /** A relative address, or a `data:` address with the file itself. */
  readonly href: string;
  /** Its media type. */
  readonly type: string;
}

/** The text as UTF-8 in base64: white space, quotes and `#` survive that in every browser. */
function download(name: string, type: string, text: string): SavedFile {
  return { name, type, href: `data:${type};base64,${encodeBase64(encodeUtf8(text))}` };
}

/** In ASCII, because the type names no charset. */
export const risDownload = ({ ris }: Pick<RecordTexts, 'ris'>): SavedFile =>
  download('cite.ris', 'application/x-research-info-systems', asciiRis(ris));

export const cslDownload = ({ csl }: Pick<RecordTexts, 'csl'>): SavedFile =>
  download('cite.csl.json', 'application/vnd.citationstyles.csl+json', asciiJson(csl));

/** The canonical bytes, so that the SHA-256 of the saved file is the canonical hash. */
export const recordDownload = ({ record }: Pick<IdentifiedRecord, 'record'>): SavedFile =>
  download('record.json', 'application/json', formatCanonical(record.value));
