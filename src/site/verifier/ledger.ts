/** The ledger, growing row by row while its checks are made. */
import type { BundleVerdict, Check, CheckOutcome } from '../../protocol/index.ts';
import { CHECK_WORDS, counted, OUTCOME_WORDS, spaced } from '../view/words.ts';
import { element, foreign } from './dom.ts';
import type { Comparison } from './words.ts';

/** Events shown at most; of the others, those that did not verify, and again at most so many. */
const SHOWN_EVENTS = 40;

/** The mark and the word for an outcome, as the page has them in its template. */
function outcomeMark(outcome: CheckOutcome): Node {
  const template = document.querySelector<HTMLTemplateElement>('#verify-outcomes');
  const mark = template?.content.querySelector(`[data-outcome="${outcome}"]`)?.firstElementChild;
  return mark?.cloneNode(true) ?? document.createTextNode(OUTCOME_WORDS[outcome]);
}

/** The mark alone, where words beside it say the same. */
export function outcomeIcon(outcome: CheckOutcome): Node | string {
  const word = outcomeMark(outcome);
  return (word instanceof Element && word.querySelector('svg')) || '';
}

function row(outcome: CheckOutcome, name: string, shows: string): HTMLTableRowElement {
  const head = element('th', '', name, ' ', element('span', 'shows', shows));
  head.scope = 'row';
  return element('tr', '', element('td', '', outcomeMark(outcome)), head, element('td', ''));
}

function addValue(to: HTMLTableRowElement, value: string): void {
  const shown = to.lastElementChild;
  if (value === '' || [...(shown?.children ?? [])].some(({ textContent }) => textContent === value)) return;
  shown?.append(element('code', 'value', foreign(value)));
}

/** A table with a row for each check. */
class Group {
  readonly element: HTMLTableElement;
  readonly #body = element('tbody', '');
  readonly #caption: HTMLElement;
  readonly #gathered = new Map<string, HTMLTableRowElement>();

  constructor(heading: string) {
    this.#caption = element('caption', '', heading);
    const heads = ['Outcome', 'Check', 'Value'].map((text) => {
      const head = element('th', '', text);
      head.scope = 'col';
      return head;
    });
    this.element = element(
      'table',
      'ledger',
      this.#caption,
      element('thead', '', element('tr', '', ...heads)),
      this.#body,
    );
  }

  /** Adds text to the heading: what an event turned out to be. */
  name(text: string): void {
    this.#caption.append(': ', foreign(text));
  }

  add({ subject, outcome, value }: Check): void {
    const { name, shows } = CHECK_WORDS[subject];
    // Checks that come in numbers and say the same: one row for all that had one outcome.
    const key = subject === 'alias' || subject === 'snapshot' ? `${subject} ${outcome}` : '';
    const made = this.#gathered.get(key) ?? row(outcome, name, shows);
    if (key !== '') this.#gathered.set(key, made);
    addValue(made, value);
    this.#body.append(made);
  }

  compare({ outcome, name, shows, value }: Comparison): void {
    const made = row(outcome, name, shows);
    addValue(made, value);
    this.#body.append(made);
  }
}

/** One bundle's ledger. */
export class LedgerView {
  readonly element = element('div', 'verify-ledger');
  readonly #record = new Group('Record');
  readonly #bundle = new Group('Bundle and state');
  readonly #events = new Map<number, Group>();
  readonly #more = element('p', 'quiet');
  #left = 0;
  #seen = 0;

  /** Shows the checks that it has not shown yet. */
  update(checks: readonly Check[]): void {
    for (; this.#seen < checks.length; this.#seen++) {
      const check = checks[this.#seen];
      if (check !== undefined) this.#add(check);
    }
  }

  #add(check: Check): void {
    const index = /^\/events\/(\d+)/.exec(check.where)?.[1];
    if (index !== undefined) {
      this.#addToEvent(Number(index), check);
      return;
    }
    const isOfBundle = /^(bundle|state)/.test(check.subject);
    const group = isOfBundle ? this.#bundle : this.#record;
    group.add(check);
    if (isOfBundle) this.element.append(group.element);
    else this.element.prepend(group.element);
  }

  #addToEvent(index: number, check: Check): void {
    let group = this.#events.get(index);
    if (group === undefined) {
      const limit = check.outcome === 'failed' ? 2 * SHOWN_EVENTS : SHOWN_EVENTS;
      if (this.#events.size >= limit) {
        this.#left++;
        this.#more.textContent = `${counted(this.#left, 'further check')} of other events made, and not listed here.`;
        this.element.insertBefore(this.#more, this.#bundle.element.parentNode === null ? null : this.#bundle.element);
        return;
      }
      group = new Group(`Event ${index + 1}`);
      this.#events.set(index, group);
      const { parentNode } = this.#more.parentNode === null ? this.#bundle.element : this.#more;
      const before = this.#more.parentNode === null ? this.#bundle.element : this.#more;
      this.element.insertBefore(group.element, parentNode === null ? null : before);
    }
    group.add(check);
  }

  /** Names the events by their types, which are known when the bundle is verified. */
  finish({ bundle }: BundleVerdict): void {
    const events = bundle?.value.get('events');
    if (!Array.isArray(events)) return;
    for (const [index, group] of this.#events) {
      const type: unknown = events[index] instanceof Map ? events[index].get('event_type') : undefined;
      if (typeof type === 'string') group.name(spaced(type));
    }
  }
}

/** What the page says, against what was found. */
export function comparisonTable(rows: readonly Comparison[]): HTMLElement {
  const group = new Group('What this page says, and what came out here');
  for (const compared of rows) group.compare(compared);
  return group.element;
}
