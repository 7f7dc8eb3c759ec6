/**
 * Which formulas are known to be harmless and small: only these are typeset, or copied into a citation as they are. Pure.
 *
 * The list of commands is what makes TeX from strangers safe: it has no definition, no input or output, no address, no
 * colour, no length and nothing that expands without end.
 */

const COMMANDS: ReadonlySet<string> = new Set(
  [
    // Letters.
    'alpha beta gamma delta epsilon varepsilon zeta eta theta vartheta iota kappa varkappa lambda mu nu xi pi varpi rho',
    'varrho sigma varsigma tau upsilon phi varphi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega',
    'ell hbar hslash imath jmath wp Re Im aleph beth partial nabla infty emptyset varnothing complement mho digamma eth',
    // Fonts and words.
    'mathbb mathcal mathfrak mathscr mathrm mathbf mathit mathsf mathtt mathnormal boldsymbol bm pmb text textrm textbf',
    'textit textsf texttt rm bf it cal sf tt operatorname',
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
    'dashv bowtie doteq triangleq lesssim gtrsim lessgtr vartriangleleft trianglelefteq nsim coloneqq',
    // Arrows.
    'to gets mapsto leftarrow rightarrow leftrightarrow Leftarrow Rightarrow Leftrightarrow longrightarrow longleftarrow',
    'longmapsto Longrightarrow Longleftrightarrow hookrightarrow hookleftarrow uparrow downarrow updownarrow nearrow',
    'searrow swarrow nwarrow rightleftharpoons rightharpoonup leadsto rightsquigarrow twoheadrightarrow iff implies',
    'xrightarrow xleftarrow',
    // Everything else.
    'forall exists nexists neg lnot land lor top bot angle measuredangle langle rangle lfloor rfloor lceil rceil lbrace',
    'rbrace lvert rvert lVert rVert vert Vert backslash ldots cdots vdots ddots dots dotsc dotsb colon quad qquad',
    'sharp flat natural clubsuit diamondsuit heartsuit spadesuit surd degree odot bigstar blacksquare',
    'begin end',
  ].flatMap((line) => line.split(' ')),
);
const ENVIRONMENTS: ReadonlySet<string> = new Set(['matrix', 'pmatrix', 'bmatrix', 'vmatrix', 'smallmatrix', 'cases']);

/** No title needs more; both keep what strangers can ask for small. */
const MAX_LENGTH = 600;
const MAX_COMMANDS = 80;
const MAX_DEPTH = 10;

/** Commands, single signs after a backslash, and what TeX gives a meaning without one. */
const TOKENS = /\\([a-zA-Z]+)|\\([\s\S])|[{}]|[%#~$\p{Cc}]/gu;

/** Whether a formula has known commands only, balanced braces, and a modest size. */
export function isKnownMaths(tex: string): boolean {
  if (tex.length > MAX_LENGTH) return false;
  let depth = 0;
  let commands = 0;
  for (const [token, command, sign] of tex.matchAll(TOKENS)) {
    if (command !== undefined) {
      if (!COMMANDS.has(command) || ++commands > MAX_COMMANDS) return false;
    } else if (sign !== undefined) {
      if (!/[,;:!> |{}\\]/.test(sign)) return false;
    } else if (token === '{') {
      if (++depth > MAX_DEPTH) return false;
    } else if (token === '}') {
      if (--depth < 0) return false;
    } else if (token !== '~') return false;
  }
  for (const [, , name = ''] of tex.matchAll(/\\(begin|end)\s*(?:\{([^{}]*)\})?/g))
    if (!ENVIRONMENTS.has(name)) return false;
  return depth === 0 && !tex.endsWith('\\');
}
