/**
 * Astro's compiled components call these functions: the part of `astro/compiler-runtime` that pages without Astro's
 * islands, styles and scripts need, implemented with plain strings.
 *
 * Astro's own runtime streams: each dynamic element becomes an object that is resolved when it is written.
 * Here an element is rendered to text at once. Escaping and attributes are Astro's own. `mirror/render.ts` uses this
 * instead of Astro's runtime when it bundles pages for the workers; bundling fails for a page that needs more of Astro.
 */
import { addAttribute as attributeOf, escapeHTML, Fragment } from 'astro/runtime/server/index.js';

export { Fragment };

/** Markup: text that is printed unescaped. */
class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const NOTHING = new Markup('');

type Slot = (result: Request) => unknown;
type Slots = Readonly<Record<string, Slot | undefined>>;
type Component = (result: Request, props: object, slots: Slots) => unknown;

/** What a component can read about its page. */
interface Request {
  createAstro(props: object, slots: Slots): object;
}

/** A value in the braces of a template, as Astro prints it. */
function printed(value: unknown): string {
  if (typeof value === 'string') return escapeHTML(value);
  if (value instanceof Markup) return value.text;
  if (Array.isArray(value)) {
    let text = '';
    for (const item of value) text += printed(item);
    return text;
  }
  if (value === 0) return '0';
  if (value === undefined || value === null || value === false) return '';
  if (typeof value === 'number' && !Number.isNaN(value)) return String(value);
  throw new TypeError(`expected text, a number, elements or nothing in a template, got ${String(value)}`);
}

/** A template. */
export function render(parts: TemplateStringsArray, ...values: readonly unknown[]): Markup {
  let text = parts[0] ?? '';
  for (let i = 0; i < values.length; i++) text += printed(values[i]) + (parts[i + 1] ?? '');
  return new Markup(text);
}

export const createComponent = (component: Component): Component => component;
/** Its result is not used. */
export const createAstro = (): undefined => undefined;

export function renderComponent(
  result: Request,
  name: string,
  component: Component | typeof Fragment,
  props: object,
  slots: Slots = {},
): Markup {
  if (component === Fragment) return new Markup(printed(slots.default?.(result)));
  if (typeof component !== 'function') throw new TypeError(`expected a component, got ${name}`);
  return new Markup(printed(component(result, props, slots)));
}

export function renderSlot(result: Request, slot: Slot | undefined, fallback?: unknown): Markup {
  return new Markup(printed(slot === undefined ? fallback : slot(result)));
}

/** `set:html`. */
export const unescapeHTML = (text: string): Markup => new Markup(text);

// Astro adds nothing to a head: no styles, scripts or islands.
export const renderHead = (): Markup => NOTHING;
export const maybeRenderHead = (): Markup => NOTHING;
export const templateEnter = (): Markup => NOTHING;
export const templateExit = (): Markup => NOTHING;

/** Whether an attribute is always written as ` name="value"`. Astro is asked once for each name. */
const isOrdinary = new Map<string, boolean>();

export function addAttribute(value: unknown, name: string, shouldEscape = true, tag = ''): Markup {
  if (value === undefined || value === null) return NOTHING;
  if (typeof value === 'string' && value !== '' && shouldEscape) {
    const known = isOrdinary.get(name);
    const ordinary = known ?? String(attributeOf('x', name, true, tag)) === ` ${name}="x"`;
    if (known === undefined) isOrdinary.set(name, ordinary);
    if (ordinary) return new Markup(` ${name}="${value.replaceAll('&', '&amp;').replaceAll('"', '&quot;')}"`);
  }
  return new Markup(String(attributeOf(value, name, shouldEscape, tag)));
}

/** A whole page. @param page the default export of its module. */
export function renderPage(page: Component, pageProps: object): string {
  const result: Request = { createAstro: (props) => ({ props }) };
  // The compiler omits the doctype.
  return `<!DOCTYPE html>\n${printed(page(result, pageProps, {}))}`;
}
