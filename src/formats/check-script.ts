/**
 * `check.py`: repeats the checks of a record by hand. One file for all records of a site; what a record is expected to have is in
 * the lines on its page (`site/view/repeat.ts`). Pure.
 */

export const CHECK_SCRIPT_TEXT = `#!/usr/bin/env python3
"""Repeats the checks of a record that a pith mirror shows, from the record's own files.

Needs Python 3 and OpenSSL 3. Runs in a folder that holds bundle.json and state.json (or, for a record without a bundle,
record.json), and expect.json and trust.json, which the lines on the record's page write. It prints "ok" or "FAILED" for each check:

  python3 check.py record     the record, its number and its aliases
  python3 check.py event 0    an event of the bundle, counted from 0
  python3 check.py bundle     the bundle and the recomputed state
  python3 check.py keys       the fingerprints of the pinned keys

OpenSSL accepts a few kinds of forged signatures. The mirror and "pith-mirror verify" reject them.
"""
import base64, hashlib, json, os, subprocess, sys

E = json.load(open('expect.json', 'rb'))
HASH, NUMBER, STATE = E['hash'], E['number'], E.get('state')
TRUST = json.load(open('trust.json', 'rb'))['keys']
KEYS = {k['key_id']: k['public_key_hex'] for k in TRUST}
PRINTS = {k['key_id']: k['fingerprint_sha256_hex'] for k in TRUST}
B32 = base64.b32encode(bytes.fromhex(HASH)).decode()

def canon(v): return json.dumps(v, sort_keys=True, separators=(',', ':'), ensure_ascii=False).encode()
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
  check('Pith Number', lambda: NUMBER == 'pith:' + r['metadata']['submitted_at'][:4] + ':' + B32[:26])
  if 'canonical_record' in d:
    check('Short number', lambda: d['short_pith_number'] == 'pith:' + B32[:8])
    check('Source', lambda: d['source'] == r['source'])
    known = {'arxiv': r['source']['id'], 'arxiv_version': '%(id)sv%(version)s' % r['source'], 'doi': '10.48550/arxiv.' + r['source']['id'],
      'pith_short_8': B32[:8], 'pith_short_12': B32[:12], 'pith_short_16': B32[:16]}
    check('Aliases', lambda: all(known.get(a['alias_kind'], a['alias_value']) == a['alias_value'] for a in d['source_aliases']))
def event(d, n):
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
  for name, key in KEYS.items(): check('Key ' + name, lambda: sha(bytes.fromhex(key))[:32] == PRINTS[name])

d = json.load(open('bundle.json' if os.path.exists('bundle.json') else 'record.json', 'rb'))
{'record': lambda: record(d), 'event': lambda: event(d, int(sys.argv[2])), 'bundle': lambda: bundle(d), 'keys': keys}[sys.argv[1]]()
`;
