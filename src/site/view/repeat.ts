/**
 * How each check is repeated by hand: lines for a shell with Python 3 and OpenSSL 3, in the folder of the record's files. Pure.
 *
 * Nothing from a bundle stands in a line but hexadecimal digests, base64 signatures and places in the bundle.
 */
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import { type Check, isObject, type Json, type PinnedKey, type VerifiedEvent } from '../../protocol/index.ts';

const HEX = /^[0-9a-f]{64}$/;
const BASE64 = /^[A-Za-z0-9+/]{86}==$/;

/** Two functions that the lines of the ledger use, and the pinned keys. */
export function repeatSetup(keys: readonly PinnedKey[]): string {
  return [
    '# digest FILE VALUE: SHA-256 of the canonical JSON of a value of the file (of a text: of the text)',
    `digest() { python3 -c "import sys,json,hashlib; d=json.load(open(sys.argv[1],'rb')); v=$2; print(hashlib.sha256((v if isinstance(v,str) else json.dumps(v,sort_keys=True,separators=(',',':'),ensure_ascii=False)).encode()).hexdigest())" "$1"; }`,
    '# signed KEY DIGEST SIGNATURE: whether the key signed the 32 bytes of the digest',
    `signed() { python3 -c "import sys,base64; [open(n,'wb').write(b) for n,b in (('key.der',bytes.fromhex('302a300506032b6570032100'+sys.argv[1])),('digest.bin',bytes.fromhex(sys.argv[2])),('signature.bin',base64.b64decode(sys.argv[3])))]" "$1" "$2" "$3" && openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in digest.bin -sigfile signature.bin; }`,
    // A key id may hold any character: as a JSON string it is one line.
    ...keys.map(({ keyId, publicKeyHex }, i) => `key${i + 1}=${publicKeyHex}  # ${JSON.stringify(keyId)}`),
  ].join('\n');
}

/** The places of checks are much the same in all bundles. */
const MAX_HELD = 1024;
const held = new Map<string, string | null>();

/** `['events'][1]` for `/events/1`; null where a step is not a plain name. */
function pythonPath(pointer: string): string | null {
  const known = held.get(pointer);
  if (known !== undefined) return known;
  if (held.size >= MAX_HELD) held.clear();
  const path = writePath(pointer);
  held.set(pointer, path);
  return path;
}

function writePath(pointer: string): string | null {
  const steps = pointer.split('/').slice(1);
  if (steps.some((step) => !/^\w+$/.test(step))) return null;
  return steps.map((step) => (/^\d+$/.test(step) ? `[${step}]` : `['${step}']`)).join('');
}

const without = (value: string, ...names: readonly string[]): string =>
  `{k:x for k,x in ${value}.items() if k not in (${names.map((name) => `'${name}'`).join(',')},)}`;

/** Writes the lines for the checks of one record. */
export class Repeater {
  readonly #entry: RecordEntry;
  readonly #keys: ReadonlyMap<string, string>;
  readonly #events: ReadonlyMap<string, VerifiedEvent>;
  /** Null where the published bundle was assembled: the ledger's places are those of the bundles received. */
  readonly #file: string | null;

  constructor(entry: RecordEntry, keys: readonly PinnedKey[]) {
    this.#entry = entry;
    this.#keys = new Map(keys.map(({ keyId }, i) => [keyId, `"$key${i + 1}"`]));
    this.#events = new Map(entry.merged?.applied.map(({ event }) => [event.eventId, event]));
    this.#file = entry.merged?.published.kind === 'received' ? 'bundle.json' : null;
  }

  /** The line that repeats a check and, after `#`, what it must print; null where there is none. */
  line(check: Check): string | null {
    const { identified } = this.#entry;
    switch (check.subject) {
      case 'record_hash':
        return expect('sha256sum record.json', identified.canonicalSha256);
      case 'pith_number':
      case 'short_number':
        return expect(
          `python3 -c "import base64; print(base64.b32encode(bytes.fromhex('${identified.canonicalSha256}')).decode()[:${check.subject === 'pith_number' ? 26 : 8}])"`,
          check.subject === 'pith_number' ? identified.suffix : identified.suffix.slice(0, 8),
        );
      case 'receipt':
        return this.#signature(identified.canonicalSha256, check, this.#receiptKey(check.eventId));
      case 'abstract':
        return null;
      default:
        return this.#file === null || check.outcome === 'absent' ? null : this.#ofBundle(this.#file, check);
    }
  }

  #ofBundle(file: string, check: Check): string | null {
    const digest = (value: string, expected: string): string | null =>
      HEX.test(expected) ? expect(`digest ${file} "${value}"`, expected) : null;
    const event = pythonPath(/^\/events\/\d+/.exec(check.where)?.[0] ?? '');
    const inside = pythonPath(check.where.replace(/\/snapshot_sha256$/, ''));
    const { merged } = this.#entry;
    switch (check.subject) {
      case 'source':
        return `python3 -c "import json; d=json.load(open('${file}','rb')); print(d['source']==d['canonical_record']['source'])"  # True`;
      case 'alias':
        return `python3 -c "import json; d=json.load(open('${file}','rb')); [print(a['alias_kind'],a['alias_value']) for a in d['source_aliases']]"`;
      case 'event_hash':
        return digest(without(`d${event}`, 'signature', 'content_sha256', 'event_id'), check.value);
      case 'record_event':
        return expect(
          `digest ${file} "d${event}['payload']['canonical_record']"`,
          this.#entry.identified.canonicalSha256,
        );
      case 'event_signature':
        return this.#signature(check.eventId?.slice('sha256:'.length) ?? '', check, this.#eventKey(check.eventId));
      case 'title':
        return inside === null
          ? null
          : digest(`d${event}['payload']['graph_snapshot']['paper']['title'].lower()`, check.value);
      case 'snapshot': {
        if (inside === null || check.outcome === 'uncheckable') return null;
        const isIntegrity = check.where.endsWith('/integrity/snapshot_sha256');
        const part = `d${inside}`;
        return digest(
          isIntegrity
            ? `{'payload':{'detectors':${part}['detectors_run'],'findings':${part}['findings']}}`
            : "{'payload':[]}",
          check.value,
        );
      }
      case 'state':
        return merged === null
          ? null
          : expect(`digest state.json "${without('d', 'state_sha256')}"`, merged.state.sha256);
      case 'bundle_hash':
        return digest(without('d', 'bundle_signature'), check.value);
      case 'bundle_signature': {
        const bundle = merged?.published.kind === 'received' ? merged.published.bundle : null;
        return bundle === null ? null : this.#signature(bundle.bundleSha256, check, bundle.key.keyId);
      }
      default:
        return null;
    }
  }

  #signature(digest: string, { value, outcome }: Check, keyId: string | null): string | null {
    const key = keyId === null ? undefined : this.#keys.get(keyId);
    if (outcome === 'absent' || key === undefined || !HEX.test(digest) || !BASE64.test(value)) return null;
    return `signed ${key} ${digest} ${value}  # Signature Verified Successfully`;
  }

  #eventKey(eventId: string | null): string | null {
    return this.#events.get(eventId ?? '')?.key.keyId ?? null;
  }

  /** The key that a receipt names: that of its event, or of a note. */
  #receiptKey(eventId: string | null): string | null {
    const quoted = this.#entry.notes.find((note) => note.quoted !== null)?.quoted?.receipt ?? undefined;
    const receipt: Json | undefined = this.#events.get(eventId ?? '')?.payload.get('receipt') ?? quoted;
    const keyId = isObject(receipt) ? receipt.get('key_id') : undefined;
    return typeof keyId === 'string' ? keyId : null;
  }
}

const expect = (line: string, expected: string): string => `${line}  # ${expected}`;
