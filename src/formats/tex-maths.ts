/**
 * Decides which formulas are harmless and small. Only these are typeset, or copied into a citation unchanged. Pure.
 *
 * The list of allowed commands makes untrusted TeX safe: it has no definitions, input, output, addresses,
 * colours or lengths, and nothing that expands without limit.
 */

/** Known commands: those of LaTeX, amsmath and amssymb, and `\mathscr`, so that a bibliography that has one compiles. */
export const MATHS_COMMANDS: ReadonlySet<string> = new Set(
  [
    // Letters.
    'alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu xi pi varpi rho',
    'varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega',
    'ell hbar hslash imath jmath wp Re Im aleph beth partial nabla infty emptyset varnothing complement mho digamma eth',
    'varGamma varDelta varTheta varLambda varXi varPi varSigma varPhi varPsi varOmega',
    // Fonts and words.
    'mathbb mathcal mathfrak mathscr mathrm mathbf mathit mathsf mathtt mathnormal boldsymbol pmb text textrm textbf',
    'textit textsf texttt textnormal rm bf it cal sf tt operatorname',
    // Accents.
    'hat widehat tilde widetilde bar overline underline vec dot ddot check breve acute grave mathring overrightarrow',
    'overbrace underbrace',
    // Shapes.
    'frac dfrac tfrac binom sqrt left right middle big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr overset underset',
    'stackrel substack limits nolimits displaystyle textstyle scriptstyle not prime',
    // Operators.
    'sum prod coprod int iint iiint oint bigcup bigcap bigsqcup bigvee bigwedge bigoplus bigotimes bigodot biguplus',
    'pm mp times div cdot ast star circ bullet cap cup uplus sqcap sqcup vee wedge setminus wr amalg oplus ominus otimes',
    'oslash odot dagger ddagger ltimes rtimes bigcirc boxplus boxtimes diamond triangle square Box lhd rhd',
    'arccos arcsin arctan arg cos cosh cot coth csc deg det dim exp gcd hom inf ker lg lim liminf limsup ln log max min',
    'Pr sec sin sinh sup tan tanh bmod pmod mod',
    // Relations.
    'le leq leqslant ge geq geqslant ne neq equiv sim simeq approx cong asymp propto ll gg prec succ preceq succeq subset',
    'supset subseteq supseteq subsetneq supsetneq sqsubseteq sqsupseteq in notin ni mid nmid parallel perp models vdash',
    'dashv bowtie doteq triangleq lesssim gtrsim lessapprox gtrapprox lessgtr lll ggg nless ngtr nleq ngeq nsim',
    'vartriangleleft trianglelefteq',
    // Arrows.
    'to gets mapsto leftarrow rightarrow leftrightarrow Leftarrow Rightarrow Leftrightarrow longrightarrow longleftarrow',
    'longmapsto Longrightarrow Longleftrightarrow hookrightarrow hookleftarrow uparrow downarrow updownarrow nearrow',
    'searrow swarrow nwarrow rightleftharpoons rightharpoonup leadsto rightsquigarrow twoheadrightarrow iff implies',
    'xrightarrow xleftarrow',
    // Everything else.
    'forall exists nexists neg lnot land lor top bot angle measuredangle langle rangle lfloor rfloor lceil rceil lbrace',
    'rbrace lvert rvert lVert rVert vert Vert backslash ldots cdots vdots ddots dots dotsc dotsb colon quad qquad',
    'sharp flat natural clubsuit diamondsuit heartsuit spadesuit surd odot bigstar blacksquare dag ddag S P',
    'lbrack rbrack thinspace mathord mathop mathbin mathrel',
    'begin end',
  ].flatMap((line) => line.split(' ')),
);
const ENVIRONMENTS: ReadonlySet<string> = new Set(['matrix', 'pmatrix', 'bmatrix', 'vmatrix', 'smallmatrix', 'cases']);

/** No title needs more. Both limits bound the work that untrusted input can cause. */
const MAX_LENGTH = 600;
const MAX_COMMANDS = 80;
const MAX_DEPTH = 10;

/** Commands, single signs after a backslash, and characters that TeX gives a meaning without one. */
const TOKENS = /\\([a-zA-Z]+)|\\([\s\S])|[{}]|[%#~$\p{Cc}]/gu;
const OPENS_TEXT = /\\text(?:rm|bf|it|sf|tt|normal)?\s*$/;

/** Whether a formula, expanded by `expandedMaths`, has known commands only, balanced braces and a modest size. */
export function isKnownMaths(tex: string): boolean {
  if (tex.length > MAX_LENGTH) return false;
  /** The kind of an open group: a group, a group of text, or a formula within text. */
  const open: ('group' | 'words' | 'formula')[] = [];
  let commands = 0;
  for (const { 0: token, 1: command, 2: sign, index } of tex.matchAll(TOKENS)) {
    if (command !== undefined) {
      if (!MATHS_COMMANDS.has(command) || ++commands > MAX_COMMANDS) return false;
    } else if (sign !== undefined) {
      if (!/[,;:!> |{}\\%#&_$]/.test(sign)) return false;
    } else if (token === '{') {
      if (open.push(OPENS_TEXT.test(tex.slice(Math.max(0, index - 14), index)) ? 'words' : 'group') > MAX_DEPTH)
        return false;
    } else if (token === '}') {
      const closed = open.pop();
      if (closed !== 'group' && closed !== 'words') return false;
    } else if (token === '$') {
      if (open.at(-1) === 'formula') open.pop();
      else if (open.at(-1) === 'words') open.push('formula');
      else return false;
    } else if (token !== '~') return false;
  }
  for (const [, , name = ''] of tex.matchAll(/\\(begin|end)\s*(?:\{([^{}]*)\})?/g))
    if (!ENVIRONMENTS.has(name)) return false;
  return open.length === 0 && !tex.endsWith('\\');
}

/** Commands of packages, and their equivalents in the kernel, amsmath and amssymb. */
const ALIASES: Readonly<Record<string, string>> = {
  mathbbm: '\\mathbb',
  bm: '\\boldsymbol',
  coloneqq: '\\mathrel{:=}',
  lt: '<',
  gt: '>',
  degree: '{}^\\circ',
  mathds: '\\mathbb',
  slashed: '\\not',
  mbox: '\\text',
  hbox: '\\text',
  textup: '\\textrm',
  textsc: '\\text',
  textsl: '\\textit',
  emph: '\\textit',
  em: '\\it',
  sl: '\\it',
  sc: '\\rm',
  lsim: '\\lesssim',
  gsim: '\\gtrsim',
  sun: '\\odot',
  earth: '\\oplus',
  textmd: '\\textrm',
  ensuremath: '',
  protect: '',
  xspace: '',
  AA: '\\mathring{A}',
};
const ALIAS = new RegExp(String.raw`\\(${Object.keys(ALIASES).join('|')})(?![a-zA-Z])`, 'g');
/** One argument: a group without groups inside, a command, or one character. */
const KET =
  /\\([kK]et|[bB]ra|[bB]raket|expval|ev|abs|norm)(?![a-zA-Z])\s*(?:\{((?:[^{}]|\{[^{}]*\})*)\}|(\\[a-zA-Z]+|[^\s\\{}]))/g;

const KETBRA = /\\(?:ketbra|dyad|outerproduct)\s*\{((?:[^{}]|\{[^{}]*\})*)\}\{((?:[^{}]|\{[^{}]*\})*)\}/g;
/** The fences of each, around its argument. */
const FENCES: Readonly<Record<string, readonly [before: string, after: string]>> = {
  ket: ['|', '\\rangle'],
  bra: ['\\langle', '|'],
  braket: ['\\langle', '\\rangle'],
  expval: ['\\langle', '\\rangle'],
  ev: ['\\langle', '\\rangle'],
  abs: ['|', '|'],
  norm: ['\\lVert', '\\rVert'],
};

/** A formula with commands of common packages (bbm, slashed, braket, physics) rewritten with commands that every engine has. */
export function expandedMaths(tex: string): string {
  if (!tex.includes('\\')) return tex;
  return tex
    .replace(ALIAS, (_, name: string) => ALIASES[name] ?? '')
    .replace(KETBRA, (_, ket: string, bra: string) => `|{${ket}}\\rangle\\langle{${bra}}|`)
    .replace(KET, (_, name: string, group: string | undefined, single: string | undefined) => {
      const [before = '', after = ''] = FENCES[name.toLowerCase()] ?? [];
      return `${before}{${group ?? single ?? ''}}${after}`;
    });
}
