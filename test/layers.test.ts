import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Rule, SourceFile } from './support/checks/layers.ts';
import { checkSource, folderCircles, rules } from './support/checks/layers.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function sourceFiles(): readonly SourceFile[] {
  const files = globSync('src/**/*.{ts,mts,cts,tsx,js,mjs,cjs,jsx,astro}', { cwd: root });
  assert.ok(files.length > 0, 'src has no source files');
  return files.map((file) => ({ path: file.replaceAll('\\', '/'), text: readFileSync(`${root}/${file}`, 'utf8') }));
}

test('every file under src keeps to the layer table', () => {
  const complaints = sourceFiles().flatMap(({ path, text }) =>
    checkSource(path, text).map(({ rule, line, message }) => `${path}:${line} ${rule}: ${message}`),
  );
  assert.deepEqual(complaints, []);
});

test('no two folders under src import each other, types included', () => {
  assert.deepEqual(folderCircles(sourceFiles()), []);
});

/** Made-up sources, each against exactly one rule: without them a checker that sees nothing would pass. */
const offences: readonly (readonly [rule: Rule, path: string, text: string])[] = [
  ['no-layer', 'src/helpers/text.ts', ''],
  ['no-layer', 'src/site/helpers/text.ts', ''],
  ['no-layer', 'src/cli/main.ts', "import { x } from '../../test/support/layers.ts';"],

  // Every way to write an import.
  ['layer', 'src/protocol/bytes.ts', "import { readFile } from 'node:fs/promises';"],
  ['layer', 'src/protocol/bytes.ts', "import type { Buffer } from 'node:buffer';"],
  ['layer', 'src/protocol/bytes.ts', "import 'node:fs';"],
  ['layer', 'src/protocol/bytes.ts', "export * from '../mirror/read/read.ts';"],
  ['layer', 'src/protocol/bytes.ts', "export type { Plan } from '../mirror/plan/plan.ts';"],
  ['layer', 'src/protocol/bytes.ts', "const fs = await import('node:fs');"],
  ['layer', 'src/protocol/bytes.ts', "type Plan = import('../mirror/plan/plan.ts').Plan;"],
  ['layer', 'src/protocol/bytes.ts', "import read = require('../mirror/read/read.ts');"],
  ['layer', 'src/protocol/bytes.ts', "const read = require('../mirror/read/read.ts');"],
  ['layer', 'src/protocol/bytes.ts', '/// <reference types="node" />'],
  ['layer', 'src/cli/launch.mjs', "import '../site/view/words.ts';"],
  ['layer', 'src/site/components/A.astro', "---\nimport { x } from '../../mirror/read/read.ts';\n---\n<p>x</p>"],
  ['layer', 'src/site/components/A.astro', "<script is:inline>import { x } from '../../mirror/read/read.ts';</script>"],
  ['layer', 'src/site/components/A.astro', "<script is:inline>import('../../mirror/read/read.ts');</script>"],
  ['unreadable-import', 'src/mirror/read/read.ts', 'await import(name);'],
  ['unreadable-import', 'src/mirror/read/read.ts', "await import('./' + name);"],
  ['unreadable-import', 'src/site/pages/index.astro', "---\nimport.meta.glob('../view/*.ts');\n---\n"],
  ['unreadable-import', 'src/site/pages/index.astro', "<p>{(await import('../view/words.ts')).x}</p>"],

  // Every row of the table.
  ['layer', 'src/protocol/errors.ts', "import type { X } from './verify/finding.ts';"],
  ['layer', 'src/protocol/digest.ts', "import type { X } from './merge/state.ts';"],
  ['layer', 'src/protocol/digest.ts', "import { x } from './index.ts';"],
  ['layer', 'src/protocol/parse/json.ts', "import type { X } from '../verify/finding.ts';"],
  ['layer', 'src/protocol/parse/json.ts', "import type { X } from '../merge/state.ts';"],
  ['layer', 'src/protocol/verify/event.ts', "import type { X } from '../merge/state.ts';"],
  ['layer', 'src/protocol/merge/order.ts', "import type { X } from '../index.ts';"],
  ['layer', 'src/protocol/index.ts', "export { x } from '../mirror/read/read.ts';"],
  ['layer', 'src/records/bucket.ts', "import { x } from '../mirror/base/paths.ts';"],
  ['layer', 'src/mirror/read/read.ts', "import { x } from '../../protocol/verify/bundle.ts';"],
  ['layer', 'src/mirror/read/read.ts', "import type { X } from '../../protocol/parse/bundle.ts';"],
  ['layer', 'src/mirror/read/read.ts', "import { x } from '../../cli/report.ts';"],
  ['layer', 'src/mirror/plan/plan.ts', "import { x } from '../../site/view/words.ts';"],
  ['layer', 'src/mirror/read/read.ts', "import { x } from '../judge/judge.ts';"],
  ['layer', 'src/mirror/read/read.ts', "import type { X } from '../judge/judge.ts';"],
  ['layer', 'src/mirror/publish/publish.ts', "import type { X } from '../pipeline.ts';"],
  ['layer', 'src/mirror/base/paths.ts', "import { join } from 'node:path';"],
  ['layer', 'src/mirror/base/paths.ts', "import { x } from './read.ts';"],
  ['layer', 'src/site/view/words.ts', "import { x } from '../../protocol/json.ts';"],
  ['layer', 'src/site/view/words.ts', "import { type X } from '../../mirror/plan/plan.ts';"],
  ['layer', 'src/site/view/words.ts', "import { x } from '../../mirror/plan/plan.ts';"],
  ['layer', 'src/site/view/words.ts', "import { x } from '../../mirror/render/handoff.ts';"],
  ['layer', 'src/site/view/words.ts', "import 'node:fs';"],
  ['layer', 'src/site/layouts/Base.astro', "---\nimport Index from '../pages/index.astro';\n---\n"],
  ['layer', 'src/site/pages/index.astro', "---\nimport { x } from '../../protocol/index.ts';\n---\n"],
  ['layer', 'src/site/pages/index.astro', "---\nimport { x } from '../../cli/report.ts';\n---\n"],
  ['layer', 'src/site/verifier/main.ts', "import { x } from '../../protocol/digest.ts';"],
  ['layer', 'src/site/verifier/main.ts', "import { x } from '../view/ledger.ts';"],
  ['layer', 'src/site/shared/words.ts', "import { x } from '../../protocol/index.ts';"],
  ['layer', 'src/site/view/ledger.ts', "import { x } from '../verifier/data.ts';"],
  ['layer', 'src/site/search/main.ts', "import { x } from '../../mirror/base/paths.ts';"],
  ['layer', 'src/formats/paper.ts', "import { x } from '../mirror/plan/plan.ts';"],
  ['layer', 'src/formats/paper.ts', "import 'node:fs';"],
  ['layer', 'src/protocol/bytes.ts', "import { x } from '../formats/paper.ts';"],
  ['layer', 'src/cli/main.ts', "import { x } from '../protocol/verify/bundle.ts';"],
  ['layer', 'src/cli/main.ts', "import { x } from '../site/view/words.ts';"],

  // Every library with a file of its own, and one with none.
  ['library', 'src/protocol/verify/event.ts', "import { Point } from '@noble/ed25519';"],
  ['library', 'src/mirror/read/read.ts', "import { sha256 } from '@noble/hashes/sha2.js';"],
  ['library', 'src/mirror/publish/publish.ts', "import pLimit from 'p-limit';"],
  ['library', 'src/mirror/read/read.ts', "import matter from 'gray-matter';"],
  ['library', 'src/mirror/pipeline.ts', "import { build } from 'astro';"],
  ['library', 'src/site/pages/index.astro', "---\nimport { x } from 'astro/config';\n---\n"],
  ['library', 'src/mirror/read/read.ts', "import type { X } from 'astro';"],
  ['layer', 'src/site/entry.ts', "export { x } from './view/words.ts';"],
  ['library', 'src/site/entry.ts', "import { rolldown } from 'rolldown';"],
  ['library', 'src/mirror/render/render.ts', "import { rolldown } from 'rolldown';"],
  ['library', 'src/protocol/bytes.ts', "import isOdd from 'is-odd';"],
  ['library', 'src/mirror/read/read.ts', "import fs from 'fs';"],
  ['library', 'src/mirror/read/read.ts', "import { x } from 'constructor';"],

  ['clock', 'src/protocol/bytes.ts', 'export const at = Date.now();'],
  ['clock', 'src/mirror/read/read.ts', 'const clock = globalThis.Date.now;'],
  ['clock', 'src/mirror/read/read.ts', 'export const at = new Date();'],
  ['clock', 'src/mirror/read/read.ts', 'export const at = new Date;'],
  ['clock', 'src/mirror/read/read.ts', 'export const at = Date();'],
  ['clock', 'src/mirror/read/read.ts', 'export const at = performance.now();'],
  ['clock', 'src/mirror/read/read.ts', 'export const year = (date: Date) => date.getFullYear();'],
  ['clock', 'src/site/components/A.astro', '<p>{new Date().getUTCFullYear()}</p>'],
  ['clock', 'src/site/components/A.astro', '<p>{Date.now()}</p>'],
  ['clock', 'src/site/components/A.astro', '<script is:inline>\n  show(Date.now());\n</script>'],
  ['locale', 'src/protocol/bytes.ts', 'export const order = (a: string, b: string) => a.localeCompare(b);'],
  ['locale', 'src/site/view/words.ts', 'export const text = (n: number) => n\n  .toLocaleString();'],
  ['locale', 'src/site/view/words.ts', "export const text = name?.toLocaleLowerCase('en');"],
  ['locale', 'src/site/view/words.ts', 'export const text = new Intl.NumberFormat();'],
  ['locale', 'src/site/components/A.astro', '<p>{n.toLocaleString()}</p>'],
  ['randomness', 'src/mirror/read/read.ts', 'export const n = Math.random();'],
  ['randomness', 'src/mirror/read/read.ts', 'export const id = crypto.randomUUID();'],
  ['randomness', 'src/site/components/A.astro', '<p>{Math.random()}</p>'],
  ['default-sort', 'src/protocol/merge/order.ts', 'export const ids = names.sort();'],
  ['default-sort', 'src/protocol/merge/order.ts', 'export const ids = names.toSorted();'],

  ['raw-html', 'src/site/components/A.astro', '<p set:html={title} />'],
  ['raw-html', 'src/site/verifier/show.ts', 'box.innerHTML = message;'],
  ['raw-html', 'src/site/verifier/show.ts', "box.insertAdjacentHTML('beforeend', message);"],
  ['raw-html', 'src/site/search/main.ts', 'document.write(title);'],
  ['module-script', 'src/site/layouts/Base.astro', '<script is:inline type="module" src="./x.js"></script>'],
  ['module-script', 'src/site/layouts/Base.astro', "<script is:inline type={'module'}></script>"],
  ['module-script', 'src/site/layouts/Base.astro', '<script>let x;</script>'],
  ['module-script', 'src/site/layouts/Base.astro', '<script src="./x.ts"></script>'],
  ['third-party-attribute', 'src/site/layouts/Base.astro', '<link rel="stylesheet" href="a.css" integrity="x" />'],
  ['third-party-attribute', 'src/site/layouts/Base.astro', '<link rel="stylesheet" href="a.css" crossorigin />'],
];

/** Sources that are right, some of them close to an offence: a checker that complains about everything would be disabled. */
const innocents: readonly (readonly [path: string, text: string])[] = [
  ['src/protocol/index.ts', "export { x } from './merge/merge.ts';\nexport type { Y } from './verify/finding.ts';"],
  ['src/protocol/verify/ed25519.ts', "import { Point } from '@noble/ed25519';\nimport { x } from '../bytes.ts';"],
  ['src/protocol/digest.ts', "import { sha256 } from '@noble/hashes/sha2.js';"],
  ['src/protocol/merge/order.ts', "import { x } from '../verify/bundle.ts';\nids.sort(byBytes);"],
  ['src/protocol/globals.d.ts', 'declare class TextEncoder {}'],
  [
    'src/protocol/bytes.ts',
    "// Not by localeCompare, Date.now() or Intl.\nexport const words = 'new Date() Math.random()';",
  ],
  [
    'src/mirror/workers/crew.ts',
    "import pLimit from 'p-limit';\nimport 'node:fs';\nimport { x } from '../../protocol/index.ts';",
  ],
  [
    'src/mirror/read/front-matter.ts',
    "import matter from 'gray-matter';\nexport const at = new Date(text).getUTCFullYear();",
  ],
  ['src/mirror/render/render.ts', "import { build } from 'astro';"],
  [
    'src/site/view/record.ts',
    "import { p } from '../../mirror/base/paths.ts';\nimport type { X } from '../../protocol/index.ts';",
  ],
  [
    'src/site/pages/state.json.ts',
    "import type { APIRoute } from 'astro';\nimport { x } from '../../mirror/render/handoff.ts';",
  ],
  ['src/site/verifier/main.ts', "import { x } from '../../protocol/index.ts';"],
  ['src/cli/main.ts', "import { x } from '../mirror/pipeline.ts';\nconst at = Date.now();"],
  ['src/cli/launch.mjs', 'await import(program.href);'],
  [
    'src/site/layouts/Base.astro',
    [
      '---',
      "import Tag from '../components/Tag.astro';",
      "import '../styles/base.css';",
      "import verifier from '../assets/mark.svg?raw';",
      '---',
      '<!-- <script>Date.now()</script> set:html -->',
      '{/* no crossorigin here */}',
      '<time datetime={date}>{date}</time>',
      '<script is:inline>show(new Date(0));</script>',
      '<script is:inline type="application/json">{"import": "(not code)"}</script>',
      '<style>a { color: red }</style>',
    ].join('\n'),
  ],
];

describe('the checker itself', () => {
  for (const [rule, path, text] of offences) {
    test(`reports ${rule} in ${path}: ${JSON.stringify(text)}`, () => {
      const found = checkSource(path, text);
      assert.deepEqual([...new Set(found.map((complaint) => complaint.rule))], [rule]);
    });
  }

  for (const [path, text] of innocents) {
    test(`accepts in ${path}: ${JSON.stringify(text)}`, () => {
      assert.deepEqual(checkSource(path, text), []);
    });
  }

  test('a circle of folders is found, also through a third folder and through types', () => {
    const files = [
      { path: 'src/a/one.ts', text: "import type { X } from '../b/two.ts';" },
      { path: 'src/b/two.ts', text: "export * from '../c/three.ts';" },
      { path: 'src/c/three.ts', text: "import '../a/other.ts';" },
      { path: 'src/d/four.ts', text: "import '../a/one.ts';" },
      { path: 'src/a/five.ts', text: "import './one.ts';" },
    ];
    assert.deepEqual(folderCircles(files), [['src/a', 'src/b', 'src/c']]);
    assert.deepEqual(folderCircles(files.filter(({ path }) => path !== 'src/c/three.ts')), []);
  });

  test('every rule has an example above', () => {
    assert.deepEqual([...new Set(offences.map(([rule]) => rule))].sort(), [...rules].sort());
  });

  test('complaints name the line of the file, also behind front matter', () => {
    const text =
      '---\nconst a = 1;\nconst b = Date.now();\n---\n<p>x</p>\n<script is:inline>\nMath.random();\n</script>\n<p set:html="x" />';
    const found = checkSource('src/site/pages/a.astro', text).map(({ rule, line }) => [rule, line]);
    assert.deepEqual(found, [
      ['clock', 3],
      ['randomness', 7],
      ['raw-html', 9],
    ]);
  });
});
