/** Text from strangers meets many regular expressions: none may take more than steps in proportion to its length. */
import assert from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { analyse } from 'scslre';
import ts from 'typescript';
import { splitSource } from './support/checks/source-parts.ts';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** Every literal of a source file, as `/…/flags`. */
function expressionsOf(path: string, text: string): readonly string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) found.push(node.text);
    ts.forEachChild(node, visit);
  };
  for (const code of splitSource(path, text).codes) {
    visit(ts.createSourceFile(path, code, ts.ScriptTarget.Latest, true, ts.ScriptKind.TS));
  }
  return found;
}

/** What makes it worse than linear; also that it starts again at each character of a run (`/a+$/`). */
function complaintsOf(literal: string): readonly string[] {
  const end = literal.lastIndexOf('/');
  const expression = new RegExp(literal.slice(1, end), literal.slice(end + 1));
  return analyse(expression).reports.map(({ type, exponential }) => `${type}${exponential ? ', exponential' : ''}`);
}

test('the analysis finds expressions that take more than linear time', () => {
  for (const literal of ['/(a+)+$/', '/\\s*\\n/', '/a+$/', '/^a*b?a*$/'])
    assert.notDeepEqual(complaintsOf(literal), [], literal);
  for (const literal of ['/^a+$/', '/(?<!a)a+$/', '/a*/', '/[\\p{Cc}]/gu'])
    assert.deepEqual(complaintsOf(literal), [], literal);
});

const files = globSync('src/**/*.{ts,mjs,js,astro}', { cwd: root });
const textOf = (file: string): string => readFileSync(`${root}/${file}`, 'utf8');

test('no regular expression under src takes more than linear time', () => {
  const all = files.flatMap((file) => expressionsOf(file, textOf(file)).map((literal) => ({ file, literal })));
  assert.ok(all.length > 20, `found ${all.length} only`);
  const complaints = all.flatMap(({ file, literal }) =>
    complaintsOf(literal).map((what) => `${file}: ${literal}: ${what}`),
  );
  assert.deepEqual(complaints, []);
});

test('no expression that is built when its file is loaded takes more than linear time', async () => {
  const made: string[] = [];
  const { RegExp: Original } = globalThis;
  globalThis.RegExp = new Proxy(Original, {
    construct: (target, args: unknown[]) => {
      const expression: RegExp = Reflect.construct(target, args);
      made.push(String(expression));
      return expression;
    },
  });
  try {
    for (const file of files) if (/\bRegExp\(/.test(textOf(file))) await import(`${root}/${file}`);
  } finally {
    globalThis.RegExp = Original;
  }
  assert.deepEqual(
    made.flatMap((expression) => complaintsOf(expression).map((what) => `${expression}: ${what}`)),
    [],
  );
});
