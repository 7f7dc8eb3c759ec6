import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { allowedMarkup, formulaOf } from '../../src/formats/maths.ts';
import { richParts } from '../../src/formats/rich-text.ts';

const mathMarkup = (tex: string): string | null => formulaOf(tex)?.mathml ?? null;

describe('formulas become MathML', () => {
  const formulas: readonly (readonly [tex: string, mathml: RegExp])[] = [
    ['\\eta \\to 3\\pi', /^<math><mrow><mi>η<\/mi><mo[^>]*>→<\/mo><mn>3<\/mn><mi>π<\/mi><\/mrow><\/math>$/],
    ['\\sqrt{s}=13\\,\\mathrm{TeV}', /<msqrt>.*<mi>TeV<\/mi>/],
    ['\\mathbb{R}^n', /<msup><mi>ℝ<\/mi><mi>n<\/mi><\/msup>/],
    ['\\sum_{k=1}^{\\infty}\\frac{1}{k^2}', /<mfrac><mn>1<\/mn>/],
    ['\\log n', /<mo>&#x2061;<\/mo>/],
    ['\\overline{B}', /<mover>.*‾|¯|ˉ/],
    ['a<b', /<mo>&lt;<\/mo>/],
    ['\\text{for $x>0$}', /<mtext>for.*<mi>x<\/mi><mo>&gt;<\/mo>/],
    ['\\mbox{if $y$}', /<mtext>if.*<mi>y<\/mi>/],
    ['\\ket{0}', /<mo[^>]*>⟩<\/mo>/],
    ['\\bra\\psi', /<mo[^>]*>⟨<\/mo>.*<mi>ψ<\/mi>/],
    ['\\mathbbm{1}', /𝟙/],
    ['\\slashed{D}', /D̸/],
    ['\\slashed\\partial', /∂̸/],
    ['\\dag', /†/],
    ['\\ketbra{0}{1}', /⟩<\/mo>.*⟨/],
    ['\\norm{x}', /∥|‖/],
    ['\\mathrm{\\AA}', /<mover>.*A.*˚/],
    ['\\binom{n}{k}', /linethickness="0px"/],
    ['\\begin{pmatrix}a&b\\\\c&d\\end{pmatrix}', /<mtable><mtr><mtd><mi>a<\/mi><\/mtd>/],
  ];
  for (const [tex, mathml] of formulas) it(tex, () => assert.match(mathMarkup(tex) ?? 'null', mathml));
});

describe('formulas become one line of text', () => {
  const formulas: readonly (readonly [tex: string, text: string])[] = [
    ['{\\rm H}_2{\\rm O}', 'H₂O'],
    ['\\Lambda', 'Λ'],
    ['\\eta \\to 3\\pi^0', 'η→3π⁰'],
    ['\\sqrt{s}=13\\,\\mathrm{TeV}', '√s=13 TeV'],
    ['O(n \\log n)', 'O(n log n)'],
    ['\\log(n)', 'log(n)'],
    ['B_s^0 \\to \\mu^+\\mu^-', 'Bₛ⁰→μ⁺μ⁻'],
    ['\\Lambda_{\\rm QCD}', 'Λ_QCD'],
    ['M_Z^2', 'M_Z²'],
    ['10^{-3}', '10⁻³'],
    ['90^\\circ', '90°'],
    ['\\frac{a+b}{2}', '(a+b)/2'],
    ['\\bar\\nu_e', 'ν̄ₑ'],
    ["x'", 'x′'],
    ['L^\\infty', 'L^∞'],
    ['\\lim_{x\\to 0}', 'lim_(x→0)'],
    ['\\mathbf{x}\\in\\mathbb{R}^n', 'x∈ℝⁿ'],
    ['\\sqrt[3]{2}', '³√2'],
    ['\\begin{pmatrix}a&b\\\\c&d\\end{pmatrix}', '(a, b; c, d)'],
    ['a<b', 'a<b'],
    // Signs that TeX needs a backslash for.
    ['20\\%', '20%'],
    ['\\$5', '$5'],
    ['\\#P', '#P'],
    ['a\\_b\\&c', 'a_b&c'],
    // Scripts that were typed twice.
    ['x_{_0}', 'x₀'],
    ['\\sqrt{s_{_{NN}}}', '√(s_NN)'],
    ['K^{(*)}', 'K⁽*⁾'],
    ['A \\xrightarrow{f} B', 'A →ᶠ B'],
    ['\\textsc{Fermi}\\,\\emph{LAT}', 'Fermi LAT'],
    ['z\\gsim5', 'z≳5'],
    ['M_\\sun', 'M_⊙'],
  ];
  for (const [tex, text] of formulas) it(`${tex} is read as ${text}`, () => assert.equal(formulaOf(tex)?.text, text));
});

describe('hostile TeX stays text', () => {
  const hostile = [
    '\\href{javascript:alert(1)}{x}',
    '\\url{x}',
    '\\def\\x{\\x\\x}\\x',
    '\\gdef\\a{b}',
    '\\newcommand{\\a}{b}',
    '\\let\\a\\b',
    '\\includegraphics{x}',
    '\\class{x}{y}',
    '\\style{color:red}{x}',
    '\\htmlId{x}{y}',
    '\\input{/etc/passwd}',
    '\\rule{1000em}{1000em}',
    '\\color{red}x',
    '\\begin{tabular}x\\end{tabular}',
    '\\unknown',
    '\\frac{1}{',
    '}{',
    '{'.repeat(11) + '}'.repeat(11),
    'x'.repeat(601),
    '\\alpha'.repeat(81),
    '\\left(',
    '\u202e',
    '\u0000',
    '#1',
    '%',
    '\\',
    '\\text{\u200b}',
  ];
  for (const tex of hostile) it(tex.slice(0, 40), () => assert.equal(mathMarkup(tex), null));

  it('markup in words of a formula is escaped', () => {
    assert.match(mathMarkup('\\text{<script>alert(1)</script>}') ?? '', /&lt;script&gt;/);
    assert.doesNotMatch(mathMarkup('\\text{<b>}') ?? '', /<b>/);
  });

  it('never gives markup that is not allowed, whatever the input', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        ...'{}^_&$\\<>"\'%#~ '.split(''),
        '\\frac',
        '\\sqrt',
        '\\left',
        '\\right',
        '\\text',
        '\\bar',
        '\\big',
        '\\\\',
        '\\begin{matrix}',
        '\\end{matrix}',
        '\\not',
        '\\limits',
      ),
      fc.string({ maxLength: 4, unit: 'binary' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const mathml = mathMarkup(pieces.join(''));
        if (mathml === null) return;
        assert.equal(allowedMarkup(mathml), mathml);
        assert.doesNotMatch(mathml, /(?:style|class|href|on\w+|id)=|<(?!\/?m)/);
      }),
      { numRuns: 2000, seed: 1 },
    );
  });
});

describe('the list of what may be printed', () => {
  const refused = [
    '<script>alert(1)</script>',
    '<math><script></script></math>',
    '<math><mi>x</mi>',
    '<math><mi>x</math></mi>',
    '<mi>x</mi>',
    '<math></math><math></math>',
    '<math><mi onclick=alert(1)>x</mi></math>',
    '<math><mi>&foo;</mi></math>',
    '<math><annotation-xml>x</annotation-xml></math>',
    '<math><maction>x</maction></math>',
    '<math><!-- x --></math>',
    'x',
    '',
    `<math>${'<mi>x</mi>'.repeat(2000)}</math>`,
  ];
  for (const markup of refused) it(`refuses ${markup.slice(0, 50)}`, () => assert.equal(allowedMarkup(markup), null));

  it('drops attributes and values that are not on it', () => {
    assert.equal(
      allowedMarkup('<math href="x" style="a"><mo stretchy="false" lspace="expression(1)" class="a">+</mo></math>'),
      '<math><mo stretchy="false">+</mo></math>',
    );
  });
});

it('a text becomes words and formulas; what cannot be typeset stays as typed', () => {
  assert.deepEqual(
    richParts("Ren\\'e $x$ and $\\href{a}{b}$").map((part) => (part.kind === 'words' ? part.text : 'MATHS')),
    ['René ', 'MATHS', ' and ', '$\\href{a}{b}$'],
  );
});

it('a text with a thousand formulas shows only as many as the limit allows', () => {
  const parts = richParts('$\\sum_{k=1}^{\\infty}\\frac{1}{k^2}$ '.repeat(500));
  const markup = parts.map((part) => (part.kind === 'maths' ? part.mathml : '')).join('');
  assert.ok(markup.length < 24_000 && markup.length > 5_000);
});
