/**
 * One part of the work, alone in a process: `node test/bench/parts.ts PART ARGUMENTS…`, with the arguments as JSON.
 *
 * Prints what it took as JSON. Only the work itself is in the figures: what a part is given (bytes for a parser, parsed bundles for
 * digests) is made between the batches, while the clocks stand. The first batch is done once before, so that the figures are of
 * compiled code; a real build of so many records runs on that too.
 */
import { createHash, createPublicKey, verify as opensslVerify } from 'node:crypto';
import { linkSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { hashes, verify as nobleVerify } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';
import { renderer } from './compile.ts';
import * as subject from './subject.ts';
import type { Template, Values } from './template.ts';
import { type SiteEntry, spread } from './tree.ts';

export interface PartArguments {
  /** Folder of bundles. */
  readonly input: string;
  readonly trust: string;
  /** Records to take at most, spread evenly over all. */
  readonly limit: number;
  /** For what writes: the tree of a built site, as JSON of {@link SiteEntry}s. */
  readonly tree?: string;
  readonly out?: string;
  /** For what renders: the template as JSON, and the folder of values, `SUFFIX.json`. */
  readonly template?: string;
  readonly values?: string;
}

export interface PartResult {
  readonly records: number;
  /** What was done so many times: signatures, files. */
  readonly units: number;
  readonly bytes: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakBytes: number;
}

/** One part: what each record gives it, and the work on that. `bytes` and `units` are of the work. */
interface Part<T> {
  readonly prepare: (path: string) => T;
  readonly work: (given: T) => { readonly units?: number; readonly bytes?: number };
  /** Not done twice: it writes. */
  readonly once?: true;
  /** Further work after the records, in the figures as well. */
  readonly finish?: () => void;
}

const BATCH = 100;
const readBytes = (path: string): Uint8Array => new Uint8Array(readFileSync(path));
const parsePlain = (path: string): ReturnType<typeof JSON.parse> => JSON.parse(readFileSync(path, 'utf8'));

function measure<T>(paths: readonly string[], part: Part<T>): PartResult {
  let seconds = 0;
  let cpu = 0;
  let units = 0;
  let bytes = 0;
  const timed = (work: () => void): void => {
    const usage = process.cpuUsage();
    const start = performance.now();
    work();
    seconds += (performance.now() - start) / 1000;
    const { user, system } = process.cpuUsage(usage);
    cpu += (user + system) / 1e6;
  };
  if (part.once !== true) for (const path of paths.slice(0, 2 * BATCH)) part.work(part.prepare(path));
  for (let at = 0; at < paths.length; at += BATCH) {
    const given = paths.slice(at, at + BATCH).map(part.prepare);
    timed(() => {
      for (const one of given) {
        const done = part.work(one);
        units += done.units ?? 1;
        bytes += done.bytes ?? 0;
      }
    });
  }
  if (part.finish !== undefined) timed(part.finish);
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  return { records: paths.length, units, bytes, seconds, cpuSeconds: cpu, peakBytes };
}

/** Evenly spread, the same for the same folder. */
function pathsOf({ input, limit }: PartArguments): readonly string[] {
  const names = readdirSync(input)
    .filter((name) => name.endsWith('.json'))
    .sort();
  return spread(names, limit).map((name) => join(input, name));
}

function keyOf({ trust }: PartArguments): {
  readonly raw: Uint8Array;
  readonly openssl: ReturnType<typeof createPublicKey>;
} {
  const raw = Buffer.from(JSON.parse(readFileSync(trust, 'utf8')).keys[0].public_key_hex, 'hex');
  // RFC 8410 section 4: what stands before the 32 bytes.
  const der = Buffer.concat([Buffer.from('302a300506032b6570032100', 'hex'), raw]);
  return { raw: new Uint8Array(raw), openssl: createPublicKey({ key: der, format: 'der', type: 'spki' }) };
}

function expectTrue(holds: boolean): void {
  if (!holds) throw new TypeError('a signature of the benchmark does not hold');
}

function required(value: string | undefined, name: string): string {
  if (value === undefined) throw new RangeError(`no ${name}`);
  return value;
}

function treeOf(args: PartArguments): readonly SiteEntry[] {
  return JSON.parse(readFileSync(required(args.tree, 'tree'), 'utf8'));
}

/** Writes files of these sizes, or hard links where the site has them. Folders are made when they are first needed. */
function siteWriter(out: string): (entry: SiteEntry, content?: string) => void {
  const made = new Set<string>();
  const filler = new Uint8Array(1 << 26).fill(0x20);
  return ({ path, size, linkOf }, content) => {
    const target = join(out, path);
    const folder = dirname(target);
    if (!made.has(folder)) {
      mkdirSync(folder, { recursive: true });
      made.add(folder);
    }
    if (linkOf !== null) linkSync(join(out, linkOf), target);
    else writeFileSync(target, content ?? filler.subarray(0, size));
  };
}

const suffixOf = (path: string): string => /([A-Z2-7]{26})[^/]*$/.exec(path)?.[1] ?? '';

/** A record's page from its values, which are read before: like the peers, the floor gets them ready. */
function pageRenderer(args: PartArguments): {
  readonly valuesOf: (path: string) => Values;
  readonly render: (values: Values) => string;
} {
  const template: Template = JSON.parse(readFileSync(required(args.template, 'template'), 'utf8'));
  const folder = required(args.values, 'values');
  return {
    valuesOf: (path) => JSON.parse(readFileSync(join(folder, `${suffixOf(path)}.json`), 'utf8')),
    render: renderer(template),
  };
}

const parts = {
  read: () => ({ prepare: (path: string) => path, work: (path: string) => ({ bytes: readFileSync(path).length }) }),
  sha256: () => ({
    prepare: readBytes,
    work: (bytes: Uint8Array) => {
      createHash('sha256').update(bytes).digest('hex');
      return { bytes: bytes.length };
    },
  }),
  'JSON.parse': () => ({
    prepare: (path: string) => readFileSync(path, 'utf8'),
    work: (text: string) => {
      JSON.parse(text);
      return { bytes: text.length };
    },
  }),
  'read, strict parse': () => ({
    prepare: (path: string) => path,
    work: (path: string) => {
      const bytes = readBytes(path);
      subject.strictParse(bytes);
      return { bytes: bytes.length };
    },
  }),
  'strict parse, canonical form': () => ({
    prepare: readBytes,
    work: (bytes: Uint8Array) => {
      subject.canonicalForm(subject.strictParse(bytes));
      return { bytes: bytes.length };
    },
  }),
  digests: () => ({
    prepare: (path: string) => subject.strictParse(readBytes(path)),
    work: (value: subject.Json) => ({ units: subject.digestsOf(value).length }),
  }),
  'noble, each signature': (args: PartArguments) => {
    hashes.sha512 = sha512;
    const { raw } = keyOf(args);
    return {
      prepare: (path: string) => subject.signaturesOf(parsePlain(path)),
      work: (signed: ReturnType<typeof subject.signaturesOf>) => {
        for (const { digest, signature } of signed) expectTrue(nobleVerify(signature, digest, raw));
        return { units: signed.length };
      },
    };
  },
  'OpenSSL, each signature': (args: PartArguments) => {
    const { openssl } = keyOf(args);
    return {
      prepare: (path: string) => subject.signaturesOf(parsePlain(path)),
      work: (signed: ReturnType<typeof subject.signaturesOf>) => {
        for (const { digest, signature } of signed) expectTrue(opensslVerify(null, digest, openssl, signature));
        return { units: signed.length };
      },
    };
  },
  verify: (args: PartArguments) => {
    const trust = subject.readTrust(readBytes(args.trust));
    return {
      prepare: readBytes,
      work: (bytes: Uint8Array) => {
        subject.verified(bytes, trust);
        return { bytes: bytes.length };
      },
    };
  },
  merge: (args: PartArguments) => {
    const trust = subject.readTrust(readBytes(args.trust));
    return {
      prepare: (path: string) => subject.verified(readBytes(path), trust),
      work: (bundle: subject.VerifiedBundle) => {
        subject.merge(bundle);
        return {};
      },
    };
  },
  /** The peer that is a plain string template: read the values, make the page, write it. */
  'string template': (args: PartArguments) => {
    const { valuesOf, render } = pageRenderer(args);
    const write = siteWriter(required(args.out, 'out'));
    return {
      once: true as const,
      prepare: (path: string) => path,
      work: (path: string) => {
        const page = render(valuesOf(path));
        write({ path: subject.pageOf(suffixOf(path)), size: 0, linkOf: null }, page);
        return { bytes: page.length };
      },
    };
  },
  /** The least that a whole build has to do: see README.md. */
  floor: (args: PartArguments) => {
    const { openssl } = keyOf(args);
    const { valuesOf, render } = pageRenderer(args);
    const write = siteWriter(required(args.out, 'out'));
    const ofRecord = new Map<string, SiteEntry[]>();
    const others: SiteEntry[] = [];
    for (const entry of treeOf(args)) {
      const suffix = /(?:^|\/)pith\/([A-Z2-7]{26})\//.exec(entry.path)?.[1];
      const known = suffix === undefined ? others : ofRecord.get(suffix);
      if (known !== undefined) known.push(entry);
      else if (suffix !== undefined) ofRecord.set(suffix, [entry]);
    }
    return {
      once: true as const,
      prepare: (path: string) => ({ path, values: valuesOf(path) }),
      work: ({ path, values }: { readonly path: string; readonly values: Values }) => {
        const bundle = JSON.parse(readFileSync(path, 'utf8'));
        subject.plainDigestsOf(bundle);
        const signed = subject.signaturesOf(bundle);
        for (const { digest, signature } of signed) expectTrue(opensslVerify(null, digest, openssl, signature));
        const page = render(values);
        const suffix = suffixOf(path);
        for (const entry of ofRecord.get(suffix) ?? []) {
          if (entry.path === subject.pageOf(suffix)) write(entry, page);
          else write(entry);
        }
        return { units: signed.length, bytes: page.length };
      },
      // Of the files that are no record's, as large a part as of the records.
      finish: () => {
        for (const entry of spread(others, Math.ceil((others.length * args.limit) / ofRecord.size))) write(entry);
      },
    };
  },
} as const;

/** Writes the files of a built site again: as many, of the same sizes. */
function writeTree(args: PartArguments): PartResult {
  const tree = treeOf(args);
  const write = siteWriter(required(args.out, 'out'));
  const usage = process.cpuUsage();
  const start = performance.now();
  for (const entry of tree) write(entry);
  const seconds = (performance.now() - start) / 1000;
  const { user, system } = process.cpuUsage(usage);
  return {
    records: 0,
    units: tree.length,
    bytes: tree.reduce((sum, { size, linkOf }) => sum + (linkOf === null ? size : 0), 0),
    seconds,
    cpuSeconds: (user + system) / 1e6,
    peakBytes: process.resourceUsage().maxRSS * 1024,
  };
}

export type PartName = keyof typeof parts | 'write';

const [name = '', json = '{}'] = process.argv.slice(2);
const args: PartArguments = JSON.parse(json);
const result = name === 'write' ? writeTree(args) : measureNamed(name, args);
process.stdout.write(JSON.stringify(result));

function measureNamed(part: string, given: PartArguments): PartResult {
  if (!Object.hasOwn(parts, part)) throw new RangeError(`no part ${part}`);
  // Each part fits itself; only their union does not say so.
  const made: Part<unknown> = parts[part as keyof typeof parts](given) as Part<unknown>;
  return measure(pathsOf(given), made);
}
