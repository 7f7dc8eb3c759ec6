/** Writes a found template in the languages of those who are compared: JavaScript, Nunjucks, Hugo's Go templates. */
import { escapeText, type Piece, type Template, type Values } from './template.ts';

interface Language {
  readonly constant: (text: string) => string;
  readonly value: (path: string, as: 'text' | 'raw') => string;
  readonly condition: (path: string, body: string) => string;
  /** @param item the name of the variable. */
  readonly loop: (path: string, item: string, body: string) => string;
  /** One of several bodies, by the item's `kind`. */
  readonly choice: (item: string, bodies: readonly string[]) => string;
}

function write(template: Template, scope: string, language: Language): string {
  const piece = (part: Piece): string => {
    if (part.kind === 'constant') return language.constant(part.text);
    const path = `${scope}.${part.name}`;
    if (part.kind === 'value') return language.value(path, part.as);
    if (part.kind === 'condition') return language.condition(path, write(part.body, scope, language));
    const item = `${scope.startsWith('$') ? '$' : ''}i_${part.name}`;
    const bodies = part.variants.map((variant) => write(variant, item, language));
    const [only = ''] = bodies;
    return language.loop(path, item, bodies.length === 1 ? only : language.choice(item, bodies));
  };
  return template.map(piece).join('');
}

const javaScript: Language = {
  constant: (text) => `o+=${JSON.stringify(text)};\n`,
  value: (path, as) => `o+=${as === 'raw' ? path : `e(${path})`};\n`,
  condition: (path, body) => `if(${path}){\n${body}}\n`,
  loop: (path, item, body) => `for(const ${item} of ${path}){\n${body}}\n`,
  choice: (item, bodies) =>
    `switch(${item}.kind){\n${bodies.map((body, i) => `case '${i}':\n${body}break;\n`).join('')}}\n`,
};

const nunjucks: Language = {
  constant: (text) => text.replace(/\{(?=[{%#])/g, '{{ "{" }}'),
  value: (path, as) => `{{ ${path}${as === 'raw' ? ' | safe' : ''} }}`,
  condition: (path, body) => `{% if ${path} %}${body}{% endif %}`,
  loop: (path, item, body) => `{% for ${item} in ${path} %}${body}{% endfor %}`,
  choice: (item, bodies) =>
    `${bodies.map((body, i) => `{% ${i === 0 ? 'if' : 'elif'} ${item}.kind == "${i}" %}${body}`).join('')}{% endif %}`,
};

const hugo: Language = {
  // Hugo reads a constant script or style as code and minds what is in it; as a whole it is a text to it.
  constant: (text) =>
    text
      .split(/(<script\b[^>]*>[\s\S]*?<\/script>|<style\b[^>]*>[\s\S]*?<\/style>)/)
      .map((part, i) =>
        i % 2 === 1 ? `{{ ${JSON.stringify(part)} | safeHTML }}` : part.replace(/\{(?=\{)/g, '{{ "{" }}'),
      )
      .join(''),
  value: (path, as) => `{{ ${path}${as === 'raw' ? ' | safeHTML' : ''} }}`,
  condition: (path, body) => `{{ if ${path} }}${body}{{ end }}`,
  loop: (path, item, body) => `{{ range ${item} := ${path} }}${body}{{ end }}`,
  choice: (item, bodies) =>
    `${bodies.map((body, i) => `{{ ${i === 0 ? 'if' : 'else if'} eq ${item}.kind "${i}" }}${body}`).join('')}{{ end }}`,
};

/** The body of a function of `d`, the values of a page, and `e`, which escapes text. */
export const toJavaScript = (template: Template): string => `let o='';\n${write(template, 'd', javaScript)}return o;\n`;

/** @param scope the variable that holds the page's values. */
export const toNunjucks = (template: Template, scope: string): string => write(template, scope, nunjucks);

/** @param scope a Hugo variable, beginning with `$`. */
export const toHugo = (template: Template, scope: string): string => write(template, scope, hugo);

/** A function that makes a page from its values: a plain string template, the least that any renderer has to do. */
export function renderer(template: Template): (values: Values) => string {
  const render = new Function('e', 'd', toJavaScript(template));
  return (values) => render(escapeText, values);
}
