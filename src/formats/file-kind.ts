/**
 * What a file is that is not a bundle.
 *
 * Folders of bundles are filled by downloads, mirrors and version control, which fail in only a few ways. Naming the failure helps
 * more than the position at which the JSON reader stopped. Nothing here decides whether a file is accepted: it is asked about files
 * that were rejected. Pure; the program and the verifier in the browser give the same advice.
 */
import type { Json, JsonArray, JsonObject, ParseError, parseJson } from '../protocol/index.ts';

/** The functions of the protocol it needs, passed in so that they are not bundled into a second script for the browser. */
export interface FileKindTools {
  readonly parseJson: typeof parseJson;
  readonly ParseError: typeof ParseError;
}

// The protocol's own two would bring all of it into a script for the browser that needs nothing else of it.
const isObject = (value: Json | undefined): value is JsonObject => value instanceof Map;
const isArray = (value: Json | undefined): value is JsonArray => Array.isArray(value);

/** First bytes of compressed formats, and the command that decompresses each. */
const COMPRESSED: readonly (readonly [name: string, bytes: readonly number[], advice: string])[] = [
  ['gzip', [0x1f, 0x8b], 'decompress it, or download it with `curl --compressed`'],
  ['Zstandard', [0x28, 0xb5, 0x2f, 0xfd], 'decompress it with `zstd -d`'],
  ['xz', [0xfd, 0x37, 0x7a, 0x58, 0x5a], 'decompress it with `xz -d`'],
  ['bzip2', [0x42, 0x5a, 0x68], 'decompress it with `bzip2 -d`'],
  ['ZIP', [0x50, 0x4b, 0x03, 0x04], 'unpack it with `unzip`'],
];

/** Bytes that are looked at for the text of a page or a pointer: both say at the beginning what they are. */
const HEAD_BYTES = 8192;
/** UTF-16 units of a title or a message that are quoted. */
const QUOTED = 80;

const startsWith = (bytes: Uint8Array, start: readonly number[]): boolean =>
  bytes.length >= start.length && start.every((byte, i) => bytes[i] === byte);

/** Text from a stranger's file, short and on one line. */
function quoted(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return JSON.stringify(line.length > QUOTED ? `${line.slice(0, QUOTED)}…` : line);
}

function kindOfBytes(bytes: Uint8Array): string | null {
  if (bytes.length === 0) return 'this file is empty: download or copy it again';
  for (const [name, start, advice] of COMPRESSED) {
    if (startsWith(bytes, start)) return `this is ${name} data, compressed: ${advice}`;
  }
  if (startsWith(bytes, [0xff, 0xfe]) || startsWith(bytes, [0xfe, 0xff])) {
    return 'this is text in UTF-16: JSON is UTF-8, so get the file as it was published';
  }
  if (startsWith(bytes, [0x25, 0x50, 0x44, 0x46, 0x2d])) return 'this is a PDF document, not a bundle';
  if (bytes.every((byte) => byte === 0)) {
    return `this file has ${bytes.length} zero bytes, as a crash or a full disk leaves them: download or copy it again`;
  }
  return null;
}

/** The title of an HTML page, or null. Entities stay as they are written. */
function titleOf(html: string): string | null {
  const title = /<title[^>]*>([^<]*)/i.exec(html)?.[1]?.trim();
  return title === undefined || title === '' ? null : title;
}

function kindOfText(text: string): string | null {
  if (text.trim() === '') return 'this file has only white space: download or copy it again';
  if (text.startsWith('version https://git-lfs.github.com/spec/')) {
    return 'this is a Git LFS pointer, not the file that it stands for: run `git lfs pull`';
  }
  if (/^(?:\.git\/annex|\/annex)\/objects\//.test(text)) {
    return 'this is a git-annex pointer, not the file that it stands for: run `git annex get`';
  }
  if (/^(?:<{7}|={7}|>{7})(?: |$)/m.test(text)) {
    return 'this file has the markers of a merge conflict (<<<<<<<, =======, >>>>>>>): take one side, byte for byte';
  }
  if (/^\s*(?:<!-{2}[\s\S]*?-->\s*)?<(?:!doctype html|html|head|title|body)\b/i.test(text)) {
    const title = titleOf(text);
    const named = title === null ? '' : ` with the title ${quoted(title)}`;
    return `this is an HTML page${named}, as a server sends with an error: download the file again`;
  }
  if (/^\s*<(?:\?xml|[A-Za-z])/.test(text)) return 'this is XML, not JSON: download the file again';
  return null;
}

/**
 * Whether a text begins as JSON and ends inside of it: in a string, or with brackets that are not closed. A bracket that closes
 * another kind shows that it went wrong earlier.
 */
function isCutShort(bytes: Uint8Array): boolean {
  const open: number[] = [];
  let isInString = false;
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (isInString) {
      if (byte === 0x5c) i++;
      else if (byte === 0x22) isInString = false;
    } else if (byte === 0x22) {
      isInString = true;
    } else if (byte === 0x7b || byte === 0x5b) {
      open.push(byte);
    } else if (byte === 0x7d || byte === 0x5d) {
      // The two bytes of a pair differ by two.
      if (open.pop() !== byte - 2) return false;
    }
  }
  return (isInString || open.length > 0) && /^\s*[{[]/.test(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)));
}

/** Members by which a document shows that it is another of this protocol's, or of a mirror's. */
const DOCUMENTS: readonly (readonly [members: readonly string[], kind: string])[] = [
  [['state_type', 'current'], 'this is a state, not a bundle: the bundle is the file bundle.json next to it'],
  [['metadata', 'schema_version', 'source'], 'this is a canonical record without its bundle'],
  [['manifest_type', 'mirrors'], "this is a mirror's manifest, not a bundle"],
  [['tool', 'trust', 'totals', 'files'], 'this is the report of a mirror, not a bundle'],
  [['payload', 'event_type', 'event_id'], 'this is a single event, not a bundle'],
];

/** Members in which an API says what went wrong, the most telling first. */
const ERROR_MEMBERS = ['detail', 'error_description', 'message', 'error', 'errors', 'title', 'msg'] as const;
/** An answer with an error has few members. */
const MAX_ERROR_MEMBERS = 8;

function errorOf(value: JsonObject): string | null {
  if (value.size > MAX_ERROR_MEMBERS) return null;
  for (const name of ERROR_MEMBERS) {
    const found = value.get(name);
    if (typeof found === 'string') return found;
    if (isObject(found)) {
      const inner = errorOf(found);
      if (inner !== null) return inner;
    }
    if (isArray(found) && found.length > 0) {
      const [first] = found;
      return typeof first === 'string' ? first : isObject(first) ? (errorOf(first) ?? '') : '';
    }
  }
  return null;
}

function kindOfJson(value: Json): string | null {
  if (isArray(value))
    return `this is a JSON list of ${value.length} items, not a bundle: give each bundle a file of its own`;
  if (!isObject(value)) return 'this is a single JSON value, not a bundle';
  if (value.has('bundle_type') || value.has('bundle_signature')) return null;
  const known = DOCUMENTS.find(([members]) => members.every((name) => value.has(name)));
  if (known !== undefined) return known[1];
  const error = errorOf(value);
  if (error === null) return null;
  const said = error === '' ? '' : ` (${quoted(error)})`;
  return `this is the answer of an API that has no such bundle, or failed${said}: check the address and download it again`;
}

/**
 * Names what a file is that was rejected as a bundle.
 *
 * @returns a message that says what it is and what to do; null for a bundle that has some other fault, and for anything that
 * has no known form.
 */
export function fileKind(bytes: Uint8Array, tools: FileKindTools): string | null {
  const kind = kindOfBytes(bytes);
  if (kind !== null) return kind;
  const known = kindOfText(new TextDecoder().decode(bytes.subarray(0, HEAD_BYTES)));
  try {
    return kindOfJson(tools.parseJson(bytes));
  } catch (error) {
    if (!(error instanceof tools.ParseError)) throw error;
    // Valid JSON may quote a page or a marker in a text; anything else is what it looks like.
    if (known !== null) return known;
    const isHalf = isCutShort(bytes);
    return isHalf
      ? `this file ends after ${bytes.length} bytes, in the middle of its JSON: download or copy it again`
      : null;
  }
}
