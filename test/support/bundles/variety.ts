/**
 * A folder of input with a real variety of records: what quality tests and screenshots look at.
 *
 * The one real bundle and its notes are in it; everything else is signed with TEST keys.
 */
import { copyFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { PROJECT } from '../sites/cli.ts';
import { buildHere, writeFiles } from '../sites/site.ts';
import {
  authorKey,
  bytesOf,
  type Data,
  numberOf,
  publicKeyEntry,
  registryKey,
  sealBundle,
  secondKey,
  strangerKey,
} from './make-bundle.ts';
import {
  bare,
  corrected,
  equivocation,
  FULL,
  fortyOneEvents,
  fullBundle,
  invalidEvents,
  mismatches,
  splitView,
  unknownTypes,
  withheld,
} from './variety/graphs.ts';
import { bundleOf, type Paper, recordOf } from './variety/paper.ts';
import {
  CJK,
  CONFLICT,
  HOSTILE,
  LONG,
  MANY_AUTHORS,
  OLD_HEP,
  OLD_MATH,
  plainPaper,
  RTL,
  SHORT_COLLISION,
  TEX,
  TEX_BROKEN,
  VERSIONS,
} from './variety/texts.ts';
import { SEED_SUFFIX } from './vectors.ts';

export interface Variety {
  /** The folder for `pith-mirror build`. */
  readonly input: string;
  /** The file for `--trust`: the real key and the TEST keys. */
  readonly trust: string;
  /** The suffix of each record that has a name here. */
  readonly suffixes: ReadonlyMap<string, string>;
}

function noteText(record: Data, members: Data, text: string): string {
  const front = { pith_number: numberOf(record), ...members };
  // JSON is YAML.
  const lines = Object.entries(front).map(([name, value]) => `${name}: ${JSON.stringify(value)}`);
  return `---\n${lines.join('\n')}\n---\n\n${text}\n`;
}

const NOTE = `This is **made up**, see [the project](https://example.org/a?b=c&d=e) and \`code\`.

> A quotation with *emphasis*.

1. One
2. Two

- <b>no markup</b>
- [not a link](javascript:alert(1))

    a block of code ${'that is wide '.repeat(20)}
`;

/** The named records, with the bundles that there are of each. */
function named(): ReadonlyMap<string, readonly Data[]> {
  const plain = (papers: readonly Paper[], name: string): [string, readonly Data[]][] =>
    papers.map((paper, i) => [`${name}-${i + 1}`, [bundleOf(paper)]]);
  return new Map<string, readonly Data[]>([
    ['tex', [bundleOf(TEX)]],
    ['tex-broken', [bundleOf(TEX_BROKEN)]],
    ['authors-300', [bundleOf(MANY_AUTHORS)]],
    ['old-math', [bundleOf(OLD_MATH)]],
    ['old-hep', [bundleOf(OLD_HEP)]],
    ['long-words', [bundleOf(LONG)]],
    ['right-to-left', [bundleOf(RTL)]],
    ['cjk', [bundleOf(CJK)]],
    ['hostile', [bundleOf(HOSTILE)]],
    ['full', [fullBundle()]],
    ['events-41', [fortyOneEvents()]],
    ['invalid-events', [invalidEvents()]],
    ['split-view', splitView()],
    ['withheld', withheld()],
    ['corrected', [corrected()]],
    ['equivocation', [equivocation()]],
    ['unknown-types', [unknownTypes()]],
    ['mismatches', [mismatches()]],
    ['bare', [bare()]],
    ['excluded', [bundleOf(plainPaper(9990))]],
    ...plain(SHORT_COLLISION, 'short-collision'),
    ...plain(VERSIONS, 'version'),
    ...plain(CONFLICT, 'conflict'),
  ]);
}

/**
 * Writes the input below `folder`.
 *
 * @param plain how many records there are that are like any other, in addition to the named ones.
 */
export function writeVariety(folder: string, { plain = 0 }: { readonly plain?: number } = {}): Variety {
  const input = join(folder, 'input');
  const suffixes = new Map<string, string>([['seed', SEED_SUFFIX]]);
  for (const [name, bundles] of named()) {
    writeFiles(input, Object.fromEntries(bundles.map((bundle, i) => [`${name}/${i}.json`, bytesOf(bundle)])));
    suffixes.set(name, numberOf(bundles[0]?.canonical_record).slice(-26));
  }
  for (let i = 0; i < plain; i++) writeFiles(input, { [`plain/${i}.json`]: bytesOf(bundleOf(plainPaper(i))) });

  // The real ones, and made-up notes: one of a record alone, one next to a bundle.
  const real = join(PROJECT, 'bundles');
  for (const name of readdirSync(real)) copyFileSync(join(real, name), join(input, name));
  const alone = recordOf({
    id: 'cond-mat/0601001',
    title: 'Known by a Note Alone',
    metadata: { license: '', submitted_at: '2006-01-01T00:00:00Z' },
  });
  suffixes.set('record-only', numberOf(alone).slice(-26));
  suffixes.set('real-record-only', 'POOAWVP32MAYC7PR4BZCMGULFG');
  writeFiles(input, {
    [`${numberOf(alone).slice(-26)}.md`]: noteText(
      alone,
      {
        canonical_record: alone,
        title: 'Known by a Note Alone',
        authors: 'Ada Testing',
        retrieved_from: 'https://pith.science/pith/none',
        retrieved_at: '2026-07-01',
        collections: ['tests', 'a collection with a long name'],
      },
      NOTE,
    ),
    [`${suffixes.get('full')}.md`]: noteText(recordOf(FULL), { collections: ['tests'] }, NOTE),
    [`${suffixes.get('excluded')}.md`]: noteText(
      recordOf(plainPaper(9990)),
      { excluded: 'author_request', excluded_at: '2026-07-01' },
      NOTE,
    ),
    // What is rejected: the report tells of it, and nothing else does.
    'rejected/not-json.json': '{"bundle_type":',
    'rejected/changed.json': bytesOf({ ...bundleOf(plainPaper(9999)), built_at: '2026-07-09T00:00:00Z' }),
    'rejected/stranger.json': bytesOf(sealBundle(bundleOf(plainPaper(9998)), strangerKey)),
    'rejected/<img src=x onerror=alert(1)>.json': '[]',
    'rejected/AAAAAAAAAAAAAAAAAAAAAAAAAA.md': 'no front matter',
  });

  const trust = join(folder, 'trust.json');
  const test = [registryKey, secondKey, authorKey].map((key) => {
    const { key_id, public_key_hex, fingerprint_sha256_hex } = publicKeyEntry(key);
    return { key_id, public_key_hex, fingerprint_sha256_hex, role: key.role };
  });
  const pinned = {
    key_id: 'pith-v1-2026-05',
    public_key_hex: 'b2d552b68890857171a78b36a5dccf368a953413288c353f7c9d9d6f94b709b3',
    role: 'pith_registry',
    fingerprint_sha256_hex: '8d4b5ee74e4693bcd1df2446408b0d54',
  };
  writeFiles(folder, { 'trust.json': JSON.stringify({ keys: [pinned, ...test] }) });
  return { input, trust, suffixes };
}

/** Builds the site of {@link writeVariety} into `folder`/site. */
export async function buildVariety(
  folder: string,
  options: { readonly plain?: number; readonly site?: string } = {},
): Promise<Variety & { readonly site: string }> {
  const variety = writeVariety(folder, options);
  const site = join(folder, 'site');
  const address = options.site === undefined ? [] : ['--site', options.site];
  await buildHere([variety.input, '--out', site, '--trust', variety.trust, ...address], 3);
  return { ...variety, site };
}
