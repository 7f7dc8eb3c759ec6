/**
 * The BibTeX of every kind of paper, compiled by the engines that people use: BibTeX with three styles, and biber with biblatex.
 *
 * Slow: runs LaTeX nine times.
 */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { MATHS_COMMANDS } from '../../src/formats/tex-maths.ts';
import { entryOf } from '../support/bundles/entries.ts';
import { bundleOf, type Paper } from '../support/bundles/variety/paper.ts';
import { HOSTILE, MANY_AUTHORS, OLD_HEP, OLD_MATH, TEX, TEX_BROKEN } from '../support/bundles/variety/texts.ts';
import { READERS_PAPERS } from '../support/bundles/vectors.ts';
import { temporaryFolder } from '../support/sites/cli.ts';
import { needTool, type ToolName } from '../support/tools/tools.ts';

const NAMES: Paper = {
  id: '2606.40200',
  title: 'Every Letter: <1% & #2 of {3}_4^5 ~ \\ | "x" ∞ ≤ × – — … “so” ‘so’',
  authors:
    "Zoë van der Sample III, Nguyễn Văn Testing, Đặng Testing, Łukasz Ørsted, Erdős Pál, Bob 't Proof, Ștefan Țest, Jean O'Neil, Jr., " +
    'Straße Çelik, Dvořák Ångström, Ada Testing (MIT), The X & Y Collaboration, et al.',
};

/** Formulas with commands of packages that a paper need not load, and signs that TeX needs a backslash for. */
const FORMULAS: Paper = {
  id: '2606.40201',
  title:
    '$\\bm{k}\\cdot\\bm{p}$ on $\\mathscr{H}\\coloneqq L^2$ at 45$\\degree$: $20\\%$ of $\\#$P, $\\$5$, $a\\_b$, $A\\&B$, $a\\lt b$, $\\textsc{Fermi}$, $\\em Gaia$ and $z\\gsim5$',
  authors: 'Hasan al-Testing, The X Collaboration: Edward St. Sample',
};

const papers: readonly Paper[] = [
  ...READERS_PAPERS,
  NAMES,
  FORMULAS,
  TEX,
  TEX_BROKEN,
  OLD_MATH,
  OLD_HEP,
  MANY_AUTHORS,
  HOSTILE,
];
/** Two papers may have one key, as they may by hand; a document cites each. */
const entries = papers.map((paper, i) => {
  const { texts } = entryOf(bundleOf(paper));
  const { key } = texts.citation;
  return { key: `${key}n${i}`, bib: texts.bibtex.replace(`@misc{${key},`, `@misc{${key}n${i},`) };
});

const folder = temporaryFolder();

/** Runs a program and returns what it says. */
function run(program: ToolName, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(needTool(program), args, {
    cwd: folder,
    encoding: 'latin1',
    env: { ...process.env, max_print_line: '10000' },
  });
  assert.equal(status, 0, `${program} ${args.join(' ')}\n${stdout.slice(-4000)}${stderr}`);
  return stdout + stderr;
}

/** Formulas need amsmath and amssymb, and letters such as ð and ŋ the encoding T1, as in any paper. */
const document = (preamble: string, end: string): string =>
  [
    '\\documentclass{article}',
    '\\usepackage[T1]{fontenc}',
    '\\usepackage{amsmath,amssymb}',
    preamble,
    '\\begin{document}',
    ...entries.map(({ key }) => `\\cite{${key}}`),
    end,
    '\\end{document}',
  ].join('\n');

const file = (name: string): string => readFileSync(join(folder, name), 'latin1');

it('every command that a formula may have is one of LaTeX, amsmath or amssymb', () => {
  const lines = [...MATHS_COMMANDS]
    .filter((command) => command !== 'mathscr')
    .map((command) => `\\ifdefined\\${command}\\else\\typeout{Unknown: ${command}}\\fi`);
  const head =
    '\\documentclass{article}\n\\usepackage[T1]{fontenc}\n\\usepackage{amsmath,amssymb}\n\\begin{document}\n';
  writeFileSync(join(folder, 'commands.tex'), `${head}${lines.join('\n')}\n\\typeout{All asked}\\end{document}\n`);
  const said = run('pdflatex', '-interaction=nonstopmode', '-halt-on-error', 'commands');
  assert.match(said, /All asked/);
  assert.doesNotMatch(said, /Unknown: .*/);
});

describe('BibTeX', () => {
  before(() => writeFileSync(join(folder, 'all.bib'), entries.map(({ bib }) => bib).join('\n')));

  for (const style of ['plain', 'abbrv', 'alpha']) {
    it(`with ${style}: no error and no warning, and each entry has its arXiv id and class`, () => {
      const name = `bibtex-${style}`;
      writeFileSync(join(folder, `${name}.tex`), document('', `\\bibliographystyle{${style}}\n\\bibliography{all}`));
      const latex = ['-interaction=nonstopmode', '-halt-on-error', name] as const;
      run('pdflatex', ...latex);
      const said = run('bibtex', name);
      assert.doesNotMatch(said, /warning|error/i);
      const bbl = file(`${name}.bbl`).replaceAll(/\s+/g, ' ');
      assert.equal(bbl.match(/\\bibitem/g)?.length, entries.length);
      assert.ok(bbl.includes('arXiv:2606.40001v1 [cs.DC]'), bbl);
      // `abbrv` shortens given names to initials.
      const [ada, bob] = style === 'abbrv' ? ['A.~', 'B.~'] : ['Ada ', 'Bob '];
      assert.ok(bbl.includes(`${ada}Br{\\'e}beuf`), bbl);
      assert.ok(bbl.includes(`${ada}Testing et~al.`), bbl);
      assert.match(bbl, new RegExp(`${bob.replace('.', '\\.')}'t[~ ]Sample`));
      run('pdflatex', ...latex);
      const errors = file(`${name}.log`).match(/^!.*|^.*Missing character.*/gm);
      assert.equal(errors, null);
    });
  }
});

/** The keys are a function of the paper alone, so two papers may have one. No engine may cite the wrong one silently. */
describe('two papers with one key', () => {
  const [first = '', second = ''] = ['2606.40301', '2606.40302'].map(
    (id) => entryOf(bundleOf({ id, title: `Testing of ${id}`, authors: 'Ada Testing' })).texts.bibtex,
  );
  const key = /\{(\w+),/.exec(first)?.[1] ?? '';

  it('are an error for BibTeX, which names the key', () => {
    assert.match(second, new RegExp(`@misc\\{${key},`));
    writeFileSync(join(folder, 'twice.bib'), `${first}\n${second}`);
    writeFileSync(join(folder, 'twice.aux'), `\\citation{${key}}\n\\bibstyle{plain}\n\\bibdata{twice}\n`);
    const { status, stdout } = spawnSync(needTool('bibtex'), ['twice'], { cwd: folder, encoding: 'latin1' });
    assert.equal(status, 2);
    assert.match(stdout, /Repeated entry/);
  });
});

describe('biber', () => {
  it('with biblatex: no error and no warning, and names have their parts', () => {
    needTool('bibexport');
    writeFileSync(
      join(folder, 'biber.tex'),
      document(
        '\\usepackage[backend=biber,style=authoryear]{biblatex}\n\\addbibresource{all.bib}',
        '\\printbibliography',
      ),
    );
    const latex = ['-interaction=nonstopmode', '-halt-on-error', 'biber'] as const;
    run('pdflatex', ...latex);
    assert.doesNotMatch(run('biber', 'biber'), /\b(?:WARN|ERROR)\b/);
    const bbl = readFileSync(join(folder, 'biber.bbl'), 'utf8');
    assert.match(bbl, /family=\{Sample\},\s*familyi=\{S\\bibinitperiod\},\s*given=\{Zoë\}/);
    assert.match(bbl, /prefix=\{van\\bibnamedelim[ai] der\}/);
    assert.match(bbl, /suffix=\{III\}/);
    assert.match(bbl, /\\field\{eprintclass\}\{cs\.DC\}/);
    run('pdflatex', ...latex);
    assert.equal(file('biber.log').match(/^!.*|^.*Missing character.*/gm), null);
  });
});
