/**
 * The layer table as data, and the reader that checks one source file against it.
 *
 * Code is read with TypeScript's own parser, so comments and strings never raise an alarm; the markup of an .astro file is
 * searched as text.
 */
import { posix } from 'node:path';
import ts from 'typescript';
import { splitSource } from './source-parts.ts';

export const rules = [
  'no-layer', // a file, or the target of a relative import, is in no layer of the table
  'layer', // an import that the table does not allow
  'library', // a package imported by a file that is not the one named for it
  'unreadable-import', // an import whose target only a run would tell
  'clock',
  'locale',
  'randomness',
  'default-sort',
  'raw-html',
  'module-script',
  'third-party-attribute',
] as const;
export type Rule = (typeof rules)[number];

export interface Complaint {
  readonly rule: Rule;
  readonly line: number;
  readonly message: string;
}

/** The stages of `mirror/`, in the order of the flow: each folder imports only folders named before it. */
export const STAGES = ['base', 'read', 'judge', 'plan', 'resume', 'render', 'workers', 'publish'] as const;
type Stage = `mirror/${(typeof STAGES)[number]}`;
const stages = STAGES.map((stage): Stage => `mirror/${stage}`);

const zones = [
  'protocol/index',
  'protocol/top',
  'protocol/parse',
  'protocol/verify',
  'protocol/merge',
  'protocol/opentimestamps',
  'mirror/base/paths',
  ...stages,
  'mirror/commands',
  'formats',
  'records',
  'packages/formats',
  'packages/shell',
  'timestamps',
  'site/entry',
  'site/runtime',
  'site/shared',
  'site/pages',
  'site/view',
  'site/components',
  'site/layouts',
  'site/verifier',
  'site/search',
  'site/page',
  'site/browser',
  'site/assets',
  'network',
  'cli',
] as const;
type Zone = (typeof zones)[number];

interface Row {
  readonly values: readonly (Zone | 'node:')[];
  /** Allowed beyond `values`, with `import type` only. */
  readonly types: readonly Zone[];
}

const mirror = ['mirror/base/paths', ...stages, 'mirror/commands'] as const;
const page = ['site/shared', 'site/view', 'site/components', 'site/layouts', 'site/assets'] as const;

// House rule: these three see each other and the types of the protocol. Beyond it, they take the protocol's pure formatters
// (the record's JSON on its page), the types of the plan they render and the functions that name a published path: writing
// any of these a second time under site/ would be the worse dependency.
const pageParts: Row = {
  values: [...page, 'formats', 'protocol/index', 'mirror/base/paths'],
  types: [...stages],
};

/** What each stage of the mirror may import: the stages before it, itself, and what every stage may. */
const stageRows = Object.fromEntries(
  stages.map((stage, i) => [
    stage,
    {
      values: ['mirror/base/paths', ...stages.slice(0, i + 1), 'formats', 'records', 'protocol/index', 'node:'],
      types: [],
    },
  ]),
) as unknown as Readonly<Record<Stage, Row>>;

const table: Readonly<Record<Zone, Row>> = {
  // index.ts is the door for the other layers. Nothing inside imports it: that would be a cycle.
  'protocol/index': {
    values: ['protocol/top', 'protocol/parse', 'protocol/verify', 'protocol/merge', 'protocol/opentimestamps'],
    types: [],
  },
  'protocol/top': { values: ['protocol/top'], types: [] },
  'protocol/parse': { values: ['protocol/top', 'protocol/parse'], types: [] },
  'protocol/verify': { values: ['protocol/top', 'protocol/parse', 'protocol/verify'], types: [] },
  'protocol/merge': { values: ['protocol/top', 'protocol/parse', 'protocol/verify', 'protocol/merge'], types: [] },
  // Proofs of another protocol: they need nothing of Pith but bytes.
  'protocol/opentimestamps': { values: ['protocol/top', 'protocol/opentimestamps'], types: [] },
  // paths.ts is pure, because site/ takes its values into pages.
  'mirror/base/paths': { values: ['protocol/index'], types: [] },
  ...stageRows,
  'mirror/commands': { values: [...mirror, 'records', 'protocol/index', 'node:'], types: [] },
  // Pure texts made of a record: a file next to its page, and the same text on it.
  // They say themselves what they need of one (formats/input.ts).
  formats: { values: ['formats', 'protocol/index'], types: [] },
  // The record index and the sums, as texts: what a build writes, and what another mirror, a sync or an audit reads. Of
  // Node, only its SHA-256: the protocol's own, in JavaScript, would be most of the work.
  records: { values: ['records', 'protocol/index', 'node:'], types: [] },
  // Archive formats, as functions of their entries: iterable in, chunks out. Their texts write numbers as those of a record do.
  'packages/formats': { values: ['packages/formats', 'formats', 'protocol/index'], types: [] },
  // What reads a site and writes packages of it. It is on the same level as the mirror's commands, and no stage of the mirror sees it.
  'packages/shell': {
    values: ['packages/shell', 'packages/formats', 'records', ...mirror, 'protocol/index', 'node:'],
    types: [],
  },
  // OpenTimestamps proofs as files, and the calendars that make them.
  timestamps: { values: ['timestamps', 'mirror/base', 'protocol/index', 'node:'], types: [] },
  // What Astro bundles the pages into.
  'site/entry': { values: ['site/runtime'], types: [] },
  // What compiled components call in place of Astro's runtime.
  'site/runtime': { values: [], types: [] },
  'site/pages': { values: [...page, 'site/pages', 'mirror/base/paths', 'mirror/render'], types: [...stages] },
  'site/view': pageParts,
  'site/components': pageParts,
  'site/layouts': pageParts,
  // What pages and the scripts in the browser both use: words, visible text, the data block of a page.
  'site/shared': { values: ['site/shared', 'formats'], types: ['protocol/index'] },
  // What runs in the reader's browser. Numbers are written as pages and files write them, by `formats/`.
  'site/browser': { values: ['site/browser'], types: [] },
  // It gives the program's own advice on a file that is no bundle.
  'site/verifier': { values: ['site/verifier', 'site/browser', 'site/shared', 'formats', 'protocol/index'], types: [] },
  // Shows rows as the pages do, so it takes their pure views.
  // It folds letters as keys of citations do.
  'site/search': { values: ['site/search', 'site/browser', 'site/view', 'site/shared', 'formats'], types: [] },
  'site/page': { values: ['site/page'], types: [] },
  'site/assets': { values: ['site/assets'], types: [] },
  // Talks to other sites. Judges what comes with the code of `verify`; takes bundles out of packages.
  network: { values: ['network', 'packages/shell', 'records', ...mirror, 'protocol/index', 'node:'], types: [] },
  cli: {
    values: [
      'cli',
      'formats',
      'network',
      'packages/shell',
      'timestamps',
      ...mirror,
      'records',
      'protocol/index',
      'node:',
    ],
    types: [],
  },
};

/** Which files may import a package; a package that is missing here may not be imported under src at all. */
const libraries: Readonly<Record<string, { readonly values: RegExp; readonly types?: RegExp }>> = {
  '@noble/ed25519': { values: /^src\/protocol\/verify\/ed25519\.ts$/ },
  '@noble/hashes': { values: /^src\/protocol\// },
  'p-limit': {
    values: /^src\/(?:mirror\/workers\/crew|network\/sync\/sync)\.ts$/,
    types: /^src\/network\/sync\/context\.ts$/,
  },
  'gray-matter': { values: /^src\/mirror\/read\/front-matter\.ts$/ },
  // The operator's Markdown as a tree; components render it.
  'mdast-util-from-markdown': { values: /^src\/site\/view\/markdown\.ts$/ },
  // TeX as MathML.
  temml: { values: /^src\/formats\/maths\.ts$/ },
  // Unicode as TeX's commands.
  unicode2latex: { values: /^src\/formats\/to-tex\.ts$/ },
  // Bundles what runs in the reader's browser; Vite's own bundler, so that there is one.
  rolldown: { values: /^src\/mirror\/render\/scripts\.ts$/ },
  // Folds a page and its files into one: reads its markup as a browser does.
  parse5: { values: /^src\/mirror\/render\/single-page\.ts$/ },
  // Its deflate gives the same bytes on every system and every Node, which zlib's does not.
  fflate: { values: /^src\/(?:formats\/deflate|site\/verifier\/inflate)\.ts$/ },
  // Gives zlib's bytes where the zlib of this Node does not.
  pako: { values: /^src\/packages\/compress\.ts$/ },
  // Astro's JS API belongs to render.ts, and its runtime to the bundle of the pages; its types (APIRoute, HTMLAttributes)
  // describe what site/ files are.
  astro: { values: /^src\/(?:mirror\/render\/render|site\/(?:entry|runtime))\.ts$/, types: /^src\/site\// },
};

/**
 * The launcher imports the program from lib/ or from src/, whichever the installation has; render.ts imports
 * astro.config.mjs, which lies outside of both, and page-renderer.ts the pages, which were bundled on the way.
 */
const computedImportAllowed: ReadonlySet<string> = new Set([
  'src/cli/launch.mjs',
  'src/mirror/render/page-renderer.ts',
  'src/mirror/render/render.ts',
]);

/** .astro files that may print unescaped HTML. Each entry needs its reason here. */
const rawHtmlAllowed: ReadonlySet<string> = new Set([
  // A script element knows no entities. What is printed has no `<`, `>` or `&`, or the page fails.
  'src/site/components/JsonScript.astro',
  // The content of an element, in which only `&`, `<` and `>` need escaping: view/element-text.ts escapes them.
  'src/site/components/Verbatim.astro',
  // MathML, which formats/maths.ts has rebuilt from a list of elements and attributes.
  'src/site/components/Rich.astro',
]);

/**
 * Reads one source file and returns what it does against the rules.
 * `path` is relative to the repository with `/` between its parts: `src/mirror/read.ts`.
 */
export function checkSource(path: string, text: string): Complaint[] {
  const zone = zoneOf(path);
  if (zone === undefined) return [{ rule: 'no-layer', line: 1, message: `${path} lies in no layer of the table` }];

  const complaints: Complaint[] = [];
  const { codes, markup } = splitSource(path, text);
  for (const code of codes) {
    const source = ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS);
    for (const reference of [...source.referencedFiles, ...source.typeReferenceDirectives]) {
      // A reference directive would bring Node's or the DOM's types into the pure layer behind the back of its tsconfig.
      if (zone.startsWith('protocol/')) {
        complaints.push({ rule: 'layer', line: 1, message: `reference to "${reference.fileName}" in the pure layer` });
      }
    }
    visit(source, (node) => {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      const add = (rule: Rule, message: string): number => complaints.push({ rule, line, message });
      checkImport(path, zone, node, add);
      // Pauses and rates are about time; nothing of it reaches a file.
      if (zone !== 'cli' && path !== 'src/network/pace.ts') checkExpression(zone, node, add);
    });
  }
  if (markup !== '') complaints.push(...checkMarkup(path, markup));
  return complaints;
}

function zoneOf(path: string): Zone | undefined {
  const named = path.replace(/^src\//, '').replace(/\.ts$/, '');
  if (named === 'protocol/index' || named === 'mirror/base/paths' || named === 'site/entry' || named === 'site/runtime')
    return named;
  if (/^src\/protocol\/[^/]+$/.test(path)) return 'protocol/top';
  if (/^src\/mirror\/[^/]+$/.test(path)) return 'mirror/commands';
  if (/^src\/packages\/[^/]+$/.test(path)) return 'packages/shell';
  const folder = zones.find((zone) => path.startsWith(`src/${zone}/`));
  if (folder !== undefined) return folder;
  return /^src\/site\/.+\.(css|svg|png|woff2|json)$/.test(path) ? 'site/assets' : undefined;
}

/** A source file, its path relative to the repository. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** The node of a file in the graph of folders. The door of the protocol is a node of its own: it imports what lies behind it. */
const folderOf = (path: string): string => (path === 'src/protocol/index.ts' ? path : posix.dirname(path));

/**
 * The circles among the folders of these files: each is the sorted list of folders that import one another, directly or on a
 * detour. Imports of types count as well.
 */
export function folderCircles(files: readonly SourceFile[]): readonly (readonly string[])[] {
  const imported = new Map<string, Set<string>>();
  for (const { path, text } of files) {
    const from = folderOf(path);
    const targets = imported.get(from) ?? new Set();
    imported.set(from, targets);
    for (const code of splitSource(path, text).codes) {
      visit(ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS), (node) => {
        const target = importOf(node)?.target;
        if (target?.startsWith('.') !== true) return;
        const to = folderOf(posix.join(posix.dirname(path), target));
        if (to !== from) targets.add(to);
      });
    }
  }
  const reachable = (start: string): ReadonlySet<string> => {
    const seen = new Set<string>();
    const waiting = [start];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const next of imported.get(at) ?? []) {
        if (!seen.has(next)) waiting.push(next);
        seen.add(next);
      }
    }
    return seen;
  };
  const reach = new Map([...imported.keys()].map((folder) => [folder, reachable(folder)]));
  const circles = new Map<string, readonly string[]>();
  for (const [folder, seen] of reach) {
    if (!seen.has(folder)) continue;
    const circle = [...seen].filter((other) => reach.get(other)?.has(folder) === true).sort();
    circles.set(circle.join(' '), circle);
  }
  return [...circles.values()];
}

function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  ts.forEachChild(node, (child) => visit(child, see));
}

type Add = (rule: Rule, message: string) => void;

function checkImport(path: string, zone: Zone, node: ts.Node, add: Add): void {
  const found = importOf(node);
  if (found === undefined) return;
  const { target, typeOnly } = found;
  if (target === undefined) {
    if (!computedImportAllowed.has(path)) add('unreadable-import', 'an import must name its target as plain text');
    return;
  }
  const kind = typeOnly ? 'type' : 'value';
  if (target.startsWith('node:')) {
    if (!table[zone].values.includes('node:')) add('layer', `${zone} may not import ${target}`);
  } else if (target.startsWith('.')) {
    // "?raw" and similar suffixes are Vite's; the file is the same.
    const file = posix.join(posix.dirname(path), target.replace(/\?.*$/, ''));
    const to = zoneOf(file);
    if (to === undefined) add('no-layer', `"${target}" lies in no layer of the table`);
    else if (!table[zone].values.includes(to) && !(typeOnly && table[zone].types.includes(to))) {
      add('layer', `${zone} may not import a ${kind} of ${file} (${to})`);
    }
  } else {
    const name = target.split('/', target.startsWith('@') ? 2 : 1).join('/');
    const owner = Object.hasOwn(libraries, name) ? libraries[name] : undefined;
    if (owner?.values.test(path) !== true && !(typeOnly && owner?.types?.test(path) === true)) {
      add('library', `${path} may not import a ${kind} of the package "${name}"`);
    }
  }
}

/** The import that a node represents, with its target if that is plain text. */
function importOf(node: ts.Node): { target: string | undefined; typeOnly: boolean } | undefined {
  const plain = (target: ts.Node | undefined): string | undefined =>
    target !== undefined && ts.isStringLiteralLike(target) ? target.text : undefined;

  if (ts.isImportDeclaration(node)) {
    // Only `import type …` counts as types only: `import { type X }` still runs the module, under verbatimModuleSyntax.
    const typeOnly = node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
    return { target: plain(node.moduleSpecifier), typeOnly };
  }
  if (ts.isExportDeclaration(node) && node.moduleSpecifier !== undefined) {
    return { target: plain(node.moduleSpecifier), typeOnly: node.isTypeOnly };
  }
  if (ts.isImportTypeNode(node)) {
    return {
      target: ts.isLiteralTypeNode(node.argument) ? plain(node.argument.literal) : undefined,
      typeOnly: true,
    };
  }
  if (ts.isExternalModuleReference(node)) return { target: plain(node.expression), typeOnly: false };
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText();
    if (node.expression.kind === ts.SyntaxKind.ImportKeyword || callee === 'require') {
      return { target: plain(node.arguments[0]), typeOnly: false };
    }
    if (callee === 'import.meta.glob') return { target: undefined, typeOnly: false };
  }
  return undefined;
}

// What makes two builds of one input differ, by the name of the member. The getters of Date count as the clock's, because they
// answer in the time zone of the machine; those with UTC in their names are free.
const localeMember = /^(localeCompare|toLocale[A-Z]\w*)$/;
const localTimeMember = /^(get(Date|Day|FullYear|Hours|Minutes|Month|TimezoneOffset)|to(Date|Time)String)$/;
const clockCall = /(^|\.)(Date\.now|performance\.now|process\.hrtime)$/;
const randomCall = /(^|\.)(Math\.random|randomUUID|randomBytes|randomInt|getRandomValues)$/;

// The doors by which text becomes markup or code in a browser.
const markupMember = /^(innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|srcdoc)$/;
const markupCall = /(^|\.)document\.(write|writeln)$/;

function checkExpression(zone: Zone, node: ts.Node, add: Add): void {
  if (ts.isPropertyAccessExpression(node)) {
    const chain = node.getText().replace(/[\s?]/g, '');
    if (markupMember.test(node.name.text) || markupCall.test(chain)) add('raw-html', `${chain} takes text for markup`);
    if (localeMember.test(node.name.text)) add('locale', `.${node.name.text} answers by the machine's locale`);
    if (localTimeMember.test(node.name.text)) add('clock', `.${node.name.text} answers by the machine's time zone`);
    if (clockCall.test(chain)) add('clock', `${chain} reads the clock`);
    if (randomCall.test(chain)) add('randomness', `${chain} is random`);
  }
  if (ts.isIdentifier(node) && node.text === 'Intl') add('locale', "Intl answers by the machine's locale");
  const isDate = (callee: ts.Expression): boolean => ts.isIdentifier(callee) && callee.text === 'Date';
  if (ts.isNewExpression(node) && isDate(node.expression) && (node.arguments?.length ?? 0) === 0) {
    add('clock', 'new Date without an argument reads the clock');
  }
  if (ts.isCallExpression(node)) {
    if (isDate(node.expression)) add('clock', 'Date() reads the clock');
    const method = ts.isPropertyAccessExpression(node.expression) ? node.expression.name.text : '';
    // The default order is by UTF-16 units, the protocol's is by code points or bytes; an explicit comparison says which.
    if (zone.startsWith('protocol/') && /^(sort|toSorted)$/.test(method) && node.arguments.length === 0) {
      add('default-sort', `.${method}() must name its comparison`);
    }
  }
}

const markupRules: readonly { readonly rule: Rule; readonly pattern: RegExp; readonly message: string }[] = [
  {
    rule: 'unreadable-import',
    pattern: /\bimport\s*\(|\bimport\.meta\.glob\b/g,
    message: 'imports belong into the front matter',
  },
  {
    rule: 'clock',
    pattern: /\bDate\.now\b|\bDate\s*\(\s*\)|\bnew\s+Date\b(?!\s*\()/g,
    message: 'the markup reads the clock',
  },
  {
    rule: 'locale',
    pattern: /\.(localeCompare|toLocale[A-Z]\w*)\b|\bIntl\./g,
    message: 'the markup depends on the locale',
  },
  { rule: 'randomness', pattern: /\bMath\.random\b/g, message: 'the markup is random' },
  {
    rule: 'module-script',
    pattern: /\btype\s*=\s*[{\s]*["'`]module\b/g,
    message: 'a module script does not run from file://',
  },
  // Astro bundles a script that has no attribute but src, and prints it as a module.
  {
    rule: 'module-script',
    pattern: /<script(\s+src\s*=\s*("[^"]*"|'[^']*'))?\s*\/?>/gi,
    message: 'needs is:inline, or Astro makes it a module',
  },
  { rule: 'third-party-attribute', pattern: /\bintegrity\s*=/gi, message: 'integrity= fails from file://' },
  { rule: 'third-party-attribute', pattern: /\bcrossorigin\b/gi, message: 'crossorigin fails from file://' },
];

function checkMarkup(path: string, markup: string): Complaint[] {
  const rawHtml = {
    rule: 'raw-html',
    pattern: /\bset:html\b/g,
    message: 'set:html prints unescaped text',
  } as const;
  const applied = rawHtmlAllowed.has(path) ? markupRules : [...markupRules, rawHtml];
  return applied.flatMap(({ rule, pattern, message }) =>
    [...markup.matchAll(pattern)].map((hit) => ({
      rule,
      line: markup.slice(0, hit.index).split('\n').length,
      message,
    })),
  );
}
