/** The same pages, made by others from the same data: Hugo, Eleventy, and a plain string template. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { toHugo, toJavaScript, toNunjucks } from './compile.ts';
import { type Finished, run } from './measure.ts';
import { pageOf } from './subject.ts';
import { decode, escapeText, type FoundTemplate, findTemplate, NotCovered, type Template } from './template.ts';
import { spread } from './tree.ts';

/** Pages in the first sample, from which a template is found; those that it does not cover join it. */
const SAMPLE = 64;
/** Pages that are compared in full with ours. */
const COMPARED = 200;

export interface PageData {
  readonly suffixes: readonly string[];
  readonly template: Template;
  /** The template as JSON. */
  readonly templatePath: string;
  /** Folder of `SUFFIX.json`, the values of a page. */
  readonly values: string;
  /** Of all our pages. */
  readonly pageBytes: number;
  readonly valueBytes: number;
}

/**
 * Takes the built pages of a site apart: one template, and the values of each page.
 *
 * @param site folder of a built site.
 * @param folder where the values go.
 * @param limit records to take at most, spread evenly.
 */
export function takeApart(site: string, folder: string, limit: number): PageData {
  const values = join(folder, 'values');
  mkdirSync(values, { recursive: true });
  const records = readdirSync(join(site, 'pith')).filter((suffix) => existsSync(join(site, pageOf(suffix))));
  const suffixes = spread(records.sort(), limit);
  const page = (suffix: string): string => readFileSync(join(site, pageOf(suffix)), 'utf8');
  const sizes = new Map(suffixes.map((suffix) => [suffix, statSync(join(site, pageOf(suffix))).size]));
  const sizeOf = (suffix: string): number => sizes.get(suffix) ?? 0;
  const bySize = suffixes.toSorted((a, b) => sizeOf(a) - sizeOf(b));
  const sample = new Set([...spread(bySize, SAMPLE), ...bySize.slice(-SAMPLE / 8)]);

  let found: FoundTemplate = findTemplate([...sample].map(page));
  const write = (suffix: string): number => {
    const text = JSON.stringify(found.valuesOf(page(suffix)));
    writeFileSync(join(values, `${suffix}.json`), text);
    return Buffer.byteLength(text);
  };
  // A few pages first: a page that is not covered means to begin again, with it in the sample.
  const [few, all] = [spread(suffixes, 10 * SAMPLE), suffixes];
  let valueBytes = 0;
  for (let round: readonly string[] = few; ; ) {
    valueBytes = 0;
    const size = sample.size;
    for (const suffix of round) {
      try {
        valueBytes += write(suffix);
      } catch (error) {
        if (!(error instanceof NotCovered) || sample.has(suffix)) throw error;
        sample.add(suffix);
        if (sample.size >= size + SAMPLE / 8) break;
      }
    }
    if (sample.size > size) found = findTemplate([...sample].map(page));
    else if (round === all) break;
    else round = all;
  }
  const templatePath = join(folder, 'template.json');
  writeFileSync(templatePath, JSON.stringify(found.template));
  const pageBytes = suffixes.reduce((sum, suffix) => sum + sizeOf(suffix), 0);
  return { suffixes, template: found.template, templatePath, values, pageBytes, valueBytes };
}

/** What a peer made, against ours. */
export interface Likeness {
  /** Bytes of all its pages, over the bytes of all ours. */
  readonly size: number;
  /** Whether the pages that were compared are ours, but for the way in which characters are escaped. */
  readonly isSame: boolean;
  readonly compared: number;
  /** Whether it is the same page, and no more than 10 % off in size. */
  readonly isFair: boolean;
}

/** @throws Error if a page is missing. */
export function compare(site: string, made: string, { suffixes, pageBytes }: PageData): Likeness {
  const size = suffixes.reduce((sum, suffix) => sum + statSync(join(made, pageOf(suffix))).size, 0) / pageBytes;
  const compared = spread(suffixes, COMPARED);
  const text = (root: string, suffix: string): string =>
    decode(readFileSync(join(root, pageOf(suffix)), 'utf8')).trim();
  const isSame = compared.every((suffix) => text(site, suffix) === text(made, suffix));
  return { size, isSame, compared: compared.length, isFair: isSame && Math.abs(size - 1) <= 0.1 };
}

/** A tool that is there, or why it is not. */
export type Tool =
  | { readonly version: string; readonly run: (folder: string, out: string) => Promise<Finished> }
  | { readonly missing: string };

export function findHugo(): Tool {
  const { status, stdout } = spawnSync('hugo', ['version'], { encoding: 'utf8' });
  if (status !== 0) return { missing: 'Hugo is not installed: apt-get install hugo' };
  return {
    version: stdout.trim().split(' ').slice(0, 2).join(' '),
    run: (folder, out) => run('hugo', ['--quiet', '--source', folder, '--destination', out]),
  };
}

const KINDS = ['home', 'section', 'taxonomy', 'term', 'RSS', 'sitemap', 'robotsTXT', '404'];

/** A Hugo site: a content file for each record, its values in the front matter, as JSON. */
export function prepareHugo(data: PageData, folder: string): void {
  mkdirSync(join(folder, 'layouts/_default'), { recursive: true });
  mkdirSync(join(folder, 'content/pith'), { recursive: true });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ baseURL: 'https://bench.test/', disableKinds: KINDS }));
  writeFileSync(join(folder, 'layouts/_default/single.html'), `{{ $r := .Params.r }}${toHugo(data.template, '$r')}`);
  for (const suffix of data.suffixes) {
    const values = readFileSync(join(data.values, `${suffix}.json`), 'utf8');
    writeFileSync(join(folder, 'content/pith', `${suffix}.md`), `{"url":"/pith/${suffix}/","r":${values}}\n`);
  }
}

const LOCKED = fileURLToPath(new URL('./eleventy/', import.meta.url));

/** Installs Eleventy, with every version as locked, in a folder of its own where it is not there yet. It is no part of this project. */
export function findEleventy(cache: string): Tool {
  const { version } = JSON.parse(readFileSync(join(LOCKED, 'package-lock.json'), 'utf8')).packages[
    'node_modules/@11ty/eleventy'
  ];
  const folder = join(cache, `eleventy-${version}`);
  const program = join(folder, 'node_modules/@11ty/eleventy/cmd.cjs');
  // npm puts this one down last.
  if (!existsSync(join(folder, 'node_modules/.package-lock.json'))) {
    mkdirSync(folder, { recursive: true });
    for (const name of ['package.json', 'package-lock.json']) copyFileSync(join(LOCKED, name), join(folder, name));
    const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
    const { status, stderr } = spawnSync(npm, ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], {
      cwd: folder,
      encoding: 'utf8',
    });
    if (status !== 0)
      return { missing: `Eleventy ${version} could not be installed: npm ci: ${stderr?.trim().split('\n').at(0)}` };
  }
  return {
    version,
    run: (input, out) => run(process.execPath, [program, '--input=.', `--output=${out}`, '--quiet'], input),
  };
}

const RECORDS = (values: string): string => `import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
const folder = ${JSON.stringify(values)};
export default () => readdirSync(folder).map((name) => ({
  suffix: name.slice(0, 26),
  values: JSON.parse(readFileSync(join(folder, name), 'utf8')),
}));
`;
const PAGINATION = `export default {
  pagination: { data: 'records', size: 1, alias: 'record' },
  permalink: ({ record }) => \`pith/\${record.suffix}/index.html\`,
};
`;

/** An Eleventy site: the records as global data, a page for each by pagination, as its manual has it. */
export function prepareEleventy(data: PageData, folder: string, language: 'Nunjucks' | 'JavaScript'): void {
  mkdirSync(join(folder, '_data'), { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  writeFileSync(join(folder, '_data/records.js'), RECORDS(data.values));
  writeFileSync(join(folder, 'page.11tydata.js'), PAGINATION);
  if (language === 'Nunjucks') {
    writeFileSync(join(folder, 'page.njk'), toNunjucks(data.template, 'record.values'));
    return;
  }
  const escapes = `const e = (text) => text.replace(/[&<>"']/g, (char) => ESCAPES[char]);
const ESCAPES = ${JSON.stringify(Object.fromEntries(['&', '<', '>', '"', "'"].map((char) => [char, escapeText(char)])))};
`;
  writeFileSync(
    join(folder, 'page.11ty.js'),
    `${escapes}export function render({ record: { values: d } }) {\n${toJavaScript(data.template)}}\n`,
  );
}
