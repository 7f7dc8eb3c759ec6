/**
 * `README.txt` of a package: for somebody who finds it in twenty years and has nothing else.
 *
 * It says what the package is, how to open it, how to check that it is unchanged, and how to verify a signature with
 * nothing but Python and OpenSSL. A test runs each command as it is printed.
 */
import { thousands } from '../../formats/counts.ts';
import type { KeyFact, PackageFacts } from './facts.ts';

export const README = 'README.txt';

/**
 * The digests and the signature of one bundle by Python's standard library and OpenSSL, from the bag's folder. What Python hands to
 * OpenSSL is in a new folder each time: under a fixed name it could be of another user, or of a bundle that was checked before.
 */
export const CHECK_BUNDLE: readonly string[] = [
  'D=$(mktemp -d)',
  `python3 - data/pith/SUFFIX/bundle.json "$D/" <<'END'`,
  'import base64, hashlib, json, sys',
  'bundle = json.load(open(sys.argv[1], encoding="utf-8"))',
  'keys = {key["key_id"]: key for key in json.load(open("trust.json"))["keys"]}',
  'canon = lambda v: json.dumps(v, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()',
  'digest = hashlib.sha256(canon(bundle["canonical_record"])).digest()',
  'print("record:", base64.b32encode(digest).decode()[:26] == bundle["pith_number"][-26:])',
  'signature = bundle.pop("bundle_signature")',
  'digest = hashlib.sha256(canon(bundle)).digest()',
  'print("bundle:", digest.hex() == signature["bundle_sha256"], "signed by", signature["key_id"])',
  'key = bytes.fromhex(keys[signature["key_id"]]["public_key_hex"])',
  'open(sys.argv[2] + "digest", "wb").write(digest)',
  'open(sys.argv[2] + "signature", "wb").write(base64.b64decode(signature["signature_b64"]))',
  'open(sys.argv[2] + "key", "wb").write(bytes.fromhex("302a300506032b6570032100") + key)',
  'END',
  'openssl pkeyutl -verify -pubin -keyform DER -inkey "$D/key" -rawin -in "$D/digest" -sigfile "$D/signature"',
];

const count = (number: number, one: string, many = `${one}s`): string =>
  `${thousands(number)} ${number === 1 ? one : many}`;

const keyLine = ({ keyId, role, fingerprint }: KeyFact): string => `    ${keyId} (${role}): ${fingerprint}`;

const heading = (text: string, line = '-'): string => `${text}\n${line.repeat(text.length)}`;
const command = (...lines: readonly string[]): string => lines.map((line) => `    ${line}`).join('\n');

/** The packages of a set as a shell names them. */
function allParts({ parts, set }: PackageFacts): string {
  return parts.length === 1 ? `${set}.zip` : `${set}-*.zip`;
}

function whatItIs(facts: PackageFacts): readonly string[] {
  const { contents, records, allRecords, seconds, parts, index, range, url } = facts;
  const date = new Date(seconds * 1000).toISOString().slice(0, 10);
  const what =
    contents === 'site'
      ? 'a web site: a page for each record, its signed bundle as it was received, and the state that follows from it.'
      : 'the signed bundles of the records, as they were received. The web site can be built from them.';
  const whence = url === null ? [] : [`The site was published at ${url}`];
  const part =
    parts.length === 1 || range === null
      ? []
      : [
          `This is part ${index + 1} of ${parts.length}. It has ${count(records, 'record')}, from ${range[0]} to ${range[1]}.`,
        ];
  return [
    `A mirror of Pith Open Graph records, as they were on ${date}: ${count(allRecords, 'record')}. A Pith Number names one version of one scientific paper; a bundle is what its registry has signed about it. This package is ${what}`,
    ...whence,
    ...part,
  ];
}

function howToOpen({ contents, parts, set }: PackageFacts): readonly string[] {
  if (contents === 'bundles') return [];
  const title = heading('Open it');
  const alone = 'It needs no server and no network.';
  if (parts.length === 1)
    return [
      title,
      `Unpack everything, then open data/index.html in a browser. ${alone} Any web server can serve the folder data/.`,
    ];
  return [
    title,
    `Unpack everything, then open records.html in a browser: it lists the records of this part. ${alone} The lists and the search of the whole mirror are in the first part.`,
    'To have the whole mirror in one folder, unpack all parts side by side, copy them together, and open site/index.html:',
    command('mkdir site', `cp -R ${set}-*/data/. site/`),
  ];
}

const CHECK: readonly string[] = [
  heading('Check that it is complete and unchanged'),
  'In this folder, on Linux. It prints nothing if no file has changed since it was packed:',
  command('sha256sum --check --quiet manifest-sha256.txt'),
  'On macOS. It prints OK behind the name of each file:',
  command('shasum -a 256 -c manifest-sha256.txt'),
  'The same command with tagmanifest-sha256.txt checks the files outside of data/. The commands also find a file that is missing, but not one that was added. Any BagIt program finds both, on every system: this folder is a bag (RFC 8493).',
];

function howToVerify({ contents, keys }: PackageFacts): readonly string[] {
  const browser =
    contents === 'site'
      ? [
          'In a browser: open the page of a record and press "Verify this record here", or open data/verify.html and drop any bundle.json on it. The browser sends nothing.',
        ]
      : [];
  return [
    heading('Verify the signatures'),
    'The manifest shows that nothing has changed since the package was made. It does not show who made it. The signatures do, if you trust these keys. Each line ends with the fingerprint: the first 16 bytes of the SHA-256 of the public key.',
    keys.map(keyLine).join('\n'),
    'Compare the fingerprints with another source. trust.json has the whole keys; it is only a list, and proves nothing.',
    ...browser,
    'With pith-mirror (a program for Node.js), which checks every digest, signature and state, in this folder:',
    command('pith-mirror verify . --trust trust.json'),
    'Without it, the record and the signature of one bundle, with Python 3 and OpenSSL 3. Replace SUFFIX with the 26 characters of a record that has a bundle:',
    command('ls data/pith/*/bundle.json | head'),
    command(...CHECK_BUNDLE),
  ];
}

function howToRebuild(facts: PackageFacts): readonly string[] {
  const { version, url, extraInputs } = facts;
  const site = url === null ? '' : ` --site ${url}/`;
  const inputs =
    extraInputs === null
      ? 'This package does not have the notes of the operator and the files that the build rejected. If the site had any, it is rebuilt without them.'
      : `input/ has the other files that the site was built from: ${count(extraInputs, 'file')}.`;
  return [
    heading('Build the site again'),
    facts.parts.length === 1 ? 'In this folder:' : 'In this folder, with all parts of the set next to it:',
    command(
      `pith-mirror build ${facts.parts.length === 1 ? '.' : `../${allParts(facts)}`} --trust trust.json${site} --out ../site`,
    ),
    `pith-mirror ${version} gives the same site, byte for byte. ${inputs}`,
  ];
}

const WIDTH = 80;

/** A paragraph in lines of at most 80 characters, but for names that are longer. */
function wrap(paragraph: string): string {
  const lines: string[] = [];
  for (const word of paragraph.split(/\s+/)) {
    const line = lines.at(-1);
    if (line === undefined || line.length + 1 + word.length > WIDTH) lines.push(word);
    else lines[lines.length - 1] = `${line} ${word}`;
  }
  return lines.join('\n');
}

/** Commands, headings and lists stay as they are. */
const isProse = (block: string): boolean => !/^(?: {4}|\d\. )/m.test(block) && !/\n[-=]+$/.test(block);

/** The text of the file. */
export function formatReadme(facts: PackageFacts): string {
  const blocks = [heading(facts.name, '='), ...whatItIs(facts), ...howToOpen(facts), ...CHECK, ...howToVerify(facts)];
  return `${[...blocks, ...howToRebuild(facts)].map((block) => (isProse(block) ? wrap(block) : block)).join('\n\n')}\n`;
}
