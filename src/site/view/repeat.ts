/**
 * How a reader repeats the checks of a record by hand: one script for the page, and for each group of the ledger the line that
 * runs all of the group's checks. Needs Python 3 and OpenSSL 3, in a folder with the record's files. Pure.
 *
 * The only parts of a bundle in the script are digests and the Pith Number that follows from one; it reads the rest from the files.
 */
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import type { PinnedKey } from '../../protocol/index.ts';

/** A value as a Python literal: JSON strings and objects of strings are valid Python. */
const python = (value: string | Readonly<Record<string, string>>): string => JSON.stringify(value);

const COMMON = `def canon(v): return json.dumps(v, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()
def sha(b): return hashlib.sha256(b).hexdigest()
def but(v, *names): return {k: x for k, x in v.items() if k not in names}
def check(name, test):
  try: ok = test()
  except Exception: ok = False
  print('ok     ' if ok else 'FAILED ', name)
def signed(name, digest, s):
  def test():
    for file, b in (('key.der', bytes.fromhex('302a300506032b6570032100' + KEYS[s()['key_id']])),
        ('digest.bin', bytes.fromhex(digest)), ('signature.bin', base64.b64decode(s()['signature_b64']))):
      open(file, 'wb').write(b)
    return subprocess.run('openssl pkeyutl -verify -pubin -keyform DER -inkey key.der -rawin -in digest.bin -sigfile signature.bin'.split(), capture_output=True).returncode == 0
  check(name, test)
def record(d):
  r = d.get('canonical_record', d)
  check('Record hash', lambda: sha(canon(r)) == HASH)
  check('Pith Number', lambda: NUMBER == 'pith:' + r['metadata']['submitted_at'][:4] + ':' + B32[:26])`;

const OF_BUNDLE = `  check('Short number', lambda: d['short_pith_number'] == 'pith:' + B32[:8])
  check('Source', lambda: d['source'] == r['source'])
  known = {'arxiv': r['source']['id'], 'arxiv_version': '%(id)sv%(version)s' % r['source'], 'doi': '10.48550/arxiv.' + r['source']['id'],
    'pith_short_8': B32[:8], 'pith_short_12': B32[:12], 'pith_short_16': B32[:16]}
  check('Aliases', lambda: all(known.get(a['alias_kind'], a['alias_value']) == a['alias_value'] for a in d['source_aliases']))`;

const OF_SIGNED = `def event(d, n):
  e, r = d['events'][n], d['canonical_record']
  check('Event hash', lambda: sha(canon(but(e, 'signature', 'content_sha256', 'event_id'))) == e['content_sha256'] and e['event_id'] == 'sha256:' + e['content_sha256'])
  signed('Event signature', e['content_sha256'], lambda: e['signature'])
  p = e['payload']
  if e['event_type'] == 'record_created':
    check('Record in the event', lambda: sha(canon(p['canonical_record'])) == HASH)
    signed('Receipt', HASH, lambda: p['receipt'])
  s = p.get('graph_snapshot')
  if isinstance(s, dict):
    check('Title', lambda: sha(s['paper']['title'].lower().encode()) == r['metadata']['title_canon_sha256'])
    for name, part in s.items():
      if not isinstance(part, dict) or 'snapshot_sha256' not in part: continue
      if name == 'integrity': known = {'detectors': part['detectors_run'], 'findings': part['findings']}
      elif name in ('claims', 'references', 'formal_canon', 'author_claims') and not any(part.get(k) for k in ('count', 'items', 'sample', 'evidence_count')): known = []
      else: continue
      check('Snapshot of ' + name.replace('_', ' '), lambda: sha(canon({'payload': known})) == part['snapshot_sha256'])
def bundle(d):
  s = d['bundle_signature']
  check('Bundle hash', lambda: sha(canon(but(d, 'bundle_signature'))) == s['bundle_sha256'])
  signed('Bundle signature', s['bundle_sha256'], lambda: s)
  check('State', lambda: sha(canon(but(json.load(open('state.json', 'rb')), 'state_sha256'))) == STATE)
def keys():
  for name, key in KEYS.items(): check('Key ' + name, lambda: sha(bytes.fromhex(key))[:32] == PRINTS[name])`;

/** If the published bundle was assembled, the ledger's pointers refer to the received bundles. */
const isSigned = ({ merged }: RecordEntry): boolean => merged?.published.kind === 'received';

/** The lines that write `check.py`; once per page. */
export function checkScript(entry: RecordEntry, keys: readonly PinnedKey[]): string {
  const { identified, merged } = entry;
  const isBundle = merged !== null;
  const file = isBundle ? 'bundle.json' : 'record.json';
  return [
    "cat > check.py <<'END'",
    'import base64, hashlib, json, subprocess, sys',
    `HASH = ${python(identified.canonicalSha256)}`,
    `NUMBER = ${python(identified.pithNumber)}`,
    ...(isBundle ? [`STATE = ${python(merged.state.sha256)}`] : []),
    `KEYS = ${python(Object.fromEntries(keys.map(({ keyId, publicKeyHex }) => [keyId, publicKeyHex])))}`,
    `PRINTS = ${python(Object.fromEntries(keys.map(({ keyId, fingerprint }) => [keyId, fingerprint])))}`,
    'B32 = base64.b32encode(bytes.fromhex(HASH)).decode()',
    COMMON,
    ...(isBundle ? [OF_BUNDLE] : []),
    ...(isSigned(entry) ? [OF_SIGNED] : []),
    `d = json.load(open('${file}', 'rb'))`,
    isSigned(entry)
      ? "{'record': lambda: record(d), 'event': lambda: event(d, int(sys.argv[2])), 'bundle': lambda: bundle(d), 'keys': keys}[sys.argv[1]]()"
      : 'record(d)',
    'END',
  ].join('\n');
}

/** What a group of the ledger is about. */
export type GroupSubject =
  | { readonly kind: 'record' | 'bundle' | 'keys' }
  /** @property index of the event in the bundle; null if the bundle has no such event. */
  | { readonly kind: 'event'; readonly index: number | null };

/** The command that repeats all checks of a group; null if the files are not enough for that. */
export function repeatLine(entry: RecordEntry, subject: GroupSubject): string | null {
  if (subject.kind === 'record') return 'python3 check.py record';
  if (!isSigned(entry)) return null;
  if (subject.kind !== 'event') return `python3 check.py ${subject.kind}`;
  return subject.index === null ? null : `python3 check.py event ${subject.index}`;
}
