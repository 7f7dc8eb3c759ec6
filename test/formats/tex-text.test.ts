import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { richMarkup, richParts, richText } from '../../src/formats/rich-text.ts';
import { texParts } from '../../src/formats/tex-text.ts';

/** The words of a text; formulas stand between « and ». */
const read = (text: string): string =>
  texParts(text)
    .map((part) => (part.kind === 'maths' ? `«${part.text}»` : part.text))
    .join('');

const WORDS: readonly (readonly [tex: string, plain: string])[] = [
  ["Ren\\'e Descartes", 'René Descartes'],
  ["Ren{\\'e}", 'René'],
  ["Ren\\'{e}", 'René'],
  ['Schr\\"odinger', 'Schrödinger'],
  ['Schr{\\"{o}}dinger', 'Schrödinger'],
  ['S{\\o}ren, S\\o ren, S\\o{}ren', 'Søren, Søren, Søren'],
  ['Stra{\\ss}e, Stra\\ss e, Stra\\ss{}e', 'Straße, Straße, Straße'],
  ['\\v{C}ech, \\v Cech, {\\v C}ech, {\\v{C}}ech', 'Čech, Čech, Čech, Čech'],
  ["Mart\\'{\\i}n, Mart\\'\\i n, Mart{\\'\\i}n, Mart\\'in", 'Martín, Martín, Martín, Martín'],
  ['Fran\\c{c}ois, Fran\\c cois', 'François, François'],
  ['Erd\\H{o}s, \\L{}ukasz, \\AA ngstr\\"om', 'Erdős, Łukasz, Ångström'],
  ['Nguy\\~{\\^e}n, Nguy\\~\\^en', 'Nguyễn, Nguyễn'],
  ['R\\&D at 5\\%', 'R&D at 5%'],
  ['\\textit{Gaia} and \\emph{more}', 'Gaia and more'],
  ['{\\it in situ}, {\\bf x}, {\\em deep \\emph{down}}', 'in situ, x, deep down'],
  ['{B}ayes and {ACME}', 'Bayes and ACME'],
  ["``quoted'' and ``so\" and `so'", '“quoted” and “so” and ‘so’'],
  ["it's the 5'' dish", "it's the 5'' dish"],
  ["Erd\\H{o}s--R\\'enyi", 'Erdős–Rényi'],
  ['words --- dashes -- and more', 'words — dashes – and more'],
  ['git --help <!-- x -->', 'git --help <!-- x -->'],
  ['Fig.~3 is ~5 m from /~user', 'Fig.\u00a03 is ~5 m from /~user'],
  ['5\\,GeV', '5\u2009GeV'],
  ['\\S 5, \\dag, \\LaTeX{} \\dots', '§ 5, †, LaTeX …'],
  ['\\ensuremath{\\alpha}-decay', '«\\alpha»-decay'],
  ['\\emph{Core $x$-sets}', 'Core «x»-sets'],
  ['e\u0301', 'é'],
  ['\\S~3 and Fig.\\nobreakspace 2, 10\\thinspace km', '§\u00a03 and Fig.\u00a02, 10\u2009km'],
  ["a ''closed'' opening", 'a “closed” opening'],
  ['5$\\,$GeV, 5$~$GeV', '5\u2009GeV, 5\u00a0GeV'],
  ['H\\,{\\sc ii}, {\\sc Small}, \\ion{C}{iv}', 'H\u2009II, Small, C\u2009IV'],
  ['\\textcommabelow{s}, \\textdegree C', 'ș, °C'],
  ['\\noindent A\\xspace \\protect\\emph{b}\\newline c', 'A b c'],
  [
    '\\href{https://x.example}{the code}, \\url{https://x.example/~me}',
    'the code (https://x.example), https://x.example/~me',
  ],
  ['\\href{https://x.example}{https://x.example}', 'https://x.example'],
  // Formulas that were typed without dollars.
  ['\\alpha-decay, {\\beta}, \\Lambda CDM, \\sqrt{s}=13', '«\\alpha»-decay, «\\beta», «\\Lambda» CDM, «\\sqrt{s}»=13'],
  ['\\ensuremath\\alpha, \\ket{0}, \\dagger', '«\\alpha», «\\ket{0}», «\\dagger»'],
  [
    '10^{-3}, 90^\\circ, CO\\textsubscript{2}, 10\\textsuperscript{th}',
    '10«^{-3}», 90«^\\circ», CO«_{\\mathrm{2}}», 10«^{\\mathrm{th}}»',
  ],
  ['\\texorpdfstring{$\\alpha$}{alpha} and \\texorpdfstring{x}{y}', '«\\alpha» and x'],
  [
    'file_name, x^2, C:\\alpha\\beta, the \\left bracket, x \\not y',
    'file_name, x^2, C:\\alpha\\beta, the \\left bracket, x \\not y',
  ],
  // What is not known stays as it was typed.
  ['\\vspace{1em} {\\foo x} \\foo{a}{b}', '\\vspace{1em} {\\foo x} \\foo{a}{b}'],
  ["\\'{} \\' \\v \\", "\\'{} \\' \\v \\"],
  ['C:\\temp\\new', 'C:\\temp\\new'],
  ["O\\'{", "O\\'{"],
];

describe('the TeX of words becomes Unicode', () => {
  for (const [tex, plain] of WORDS) it(`${tex} becomes ${plain}`, () => assert.equal(read(tex), plain));
});

const FORMULAS: readonly (readonly [tex: string, read: string])[] = [
  ["Ren\\'e: $\\eta \\to 3\\pi$, $$x^2$$, \\(y\\) and \\[z\\]", 'René: «\\eta \\to 3\\pi», «x^2», «y» and «z»'],
  // A digit after the closing dollar is everyday in physics.
  [
    'at $z\\sim$2: a $\\sim$5$\\sigma$ excess at $\\sqrt{s}=$13 TeV',
    'at «z\\sim»2: a «\\sim»5«\\sigma» excess at «\\sqrt{s}=»13 TeV',
  ],
  ['$\\sim$10% of $>$100, $\\pm$0.5 and $<$7', '«\\sim»10% of «>»100, «\\pm»0.5 and «<»7'],
  ['$ \\alpha $ and $x$', '«\\alpha» and «x»'],
  ["$\\'e \\o$", "«\\'e \\o»"],
  ['$\\text{for $x>0$}$ and $\\mbox{$y$}$', '«\\text{for $x>0$}» and «\\mbox{$y$}»'],
  ['$\\rm Fe II$ lines', '«\\rm Fe II» lines'],
  ['$p$5 and $k$2', '«p»5 and «k»2'],
  // Money.
  ['or $5 or 5$ and 10$', 'or $5 or 5$ and 10$'],
  ['a $100 prize for $P=NP$', 'a $100 prize for «P=NP»'],
  ['Price of $x_1 and $y_1', 'Price of $x_1 and $y_1'],
  ['$$ and $$', '$$ and $$'],
  ['from $5 to $10', 'from $5 to $10'],
  ['$5-$10 and $5/$10', '$5-$10 and $5/$10'],
  ['US\\$ 5 and $x', 'US$ 5 and $x'],
  ['$HOME and $', '$HOME and $'],
  // A dollar that is none must not turn the words between two formulas into one.
  ['5$ and $\\alpha$ with $\\beta$', '5$ and «\\alpha» with «\\beta»'],
  ['5$, then $\\alpha$, $\\beta$', '5$, then «\\alpha», «\\beta»'],
  ['costs $5 and $x^2$ or $y$', 'costs $5 and «x^2» or «y»'],
  ['a 5$ bet on alpha_1 as in $x$', 'a 5$ bet on alpha_1 as in «x»'],
  ['cut $\\frac{1}{ unclosed and $x$', 'cut $\\frac{1}{ unclosed and «x»'],
  ['cut inside of $\\frac{1}{', 'cut inside of $\\frac{1}{'],
];

describe('formulas are told from words and money', () => {
  for (const [tex, expected] of FORMULAS) it(`${tex} is read as ${expected}`, () => assert.equal(read(tex), expected));
});

describe('emphasis', () => {
  const markup = (tex: string): string => richMarkup(richParts(tex));
  const texts: readonly (readonly [tex: string, shown: string])[] = [
    ['\\emph{in situ} and {\\em more}', '<em>in situ</em> and <em>more</em>'],
    ['{\\it in vivo}, \\textit{x}, {\\sl y}', '<i>in vivo</i>, <i>x</i>, <i>y</i>'],
    ['{\\bf bold} \\textsc{caps} {Case}', 'bold caps Case'],
    ['{\\it a \\emph{b} c} d', '<i>a </i><em>b</em><i> c</i> d'],
    ["a \\emph{``b''} -- c", 'a <em>“b”</em> – c'],
    ['\\emph{<b> & c}', '<em>&lt;b&gt; &amp; c</em>'],
    ['\\emph{Erd\\H{o}s}, {\\it cut', '<em>Erdős</em>, {\\it cut'],
  ];
  for (const [tex, shown] of texts) it(`${tex} is shown as ${shown}`, () => assert.equal(markup(tex), shown));

  it('may contain a formula, which stands between two pieces of it', () => {
    assert.match(markup('\\emph{Core $x$-sets}'), /^<em>Core <\/em><math>.*<\/math><em>-sets<\/em>$/);
  });
  it('is left out of plain text', () => {
    assert.equal(richText('\\emph{Core $x$-sets} {\\it in situ}').plain, 'Core x-sets in situ');
  });
});

describe('plain text', () => {
  it('keeps the space with which a formula begins, and what cannot be typeset as it was typed', () => {
    assert.equal(
      richText('10$\\,\\mu$m, \\ensuremath{\\foo}, \\(\\foo\\)').plain,
      '10 μm, \\ensuremath{\\foo}, \\(\\foo\\)',
    );
  });
  it('has formulas on one line and ties as spaces, and keeps only unreadable TeX as typed', () => {
    assert.equal(richText('Fig.~3: $H_2O$ at 5\\,K and $\\unknown x$').plain, 'Fig. 3: H₂O at 5 K and $\\unknown x$');
  });
});

it('reads long hostile text in bounded time', () => {
  for (const text of [
    '$',
    '\\',
    '{\\',
    "\\'",
    '\\(',
    '\\[',
    '$x',
    '$ $',
    '${',
    '$\\text{',
    '{',
    "{\\'",
    '\\v{',
    '\\textit{',
    ' ',
    '\\emph{\\emph{',
    'x^{',
    'x^{-3}',
    '\\alpha{',
    "''a",
    '\\href{a}{',
    '`',
    '``"',
    '-',
    '~',
  ]) {
    for (const length of [20_000, 2_000_000]) {
      const long = text.repeat(length / text.length);
      // Of the processor: a busy machine lets others run meanwhile.
      const before = process.cpuUsage();
      read(long);
      const { user, system } = process.cpuUsage(before);
      assert.ok(user + system < 2_000_000, `${JSON.stringify(text)} took ${(user + system) / 1000} ms`);
    }
  }
});
