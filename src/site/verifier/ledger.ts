/** The ledger, growing row by row while its checks are made. */

import { counted } from '../../formats/counts.ts';
import type { BundleVerdict, Check, CheckOutcome } from '../../protocol/index.ts';
import { CHECK_WORDS, OUTCOME_WORDS, spaced } from '../shared/words.ts';
import { element, foreign } from './dom.ts';
import type { ComparisonRow } from './words.ts';

/** The most events shown. Of the rest, up to the same number that did not verify are shown. */
const SHOWN_EVENTS = 40;

const SVG = 'http://www.w3.org/2000/svg';

/** The page's icon for an outcome (components/Icons.astro). */
export function outcomeIcon(outcome: CheckOutcome): SVGElement {
  const icon = document.createElementNS(SVG, 'svg');
  icon.setAttribute('class', 'icon');
  icon.setAttribute('aria-hidden', 'true');
  const use = document.createElementNS(SVG, 'use');
  use.setAttribute('href', `#icon-${outcome}`);
  icon.append(use);
  return icon;
}

function row(outcome: CheckOutcome, name: string, shows: string): HTMLTableRowElement {
  const head = element('th', '', name, ' ', element('span', 'shows', shows));
  head.scope = 'row';
  return element(
    'tr',
    '',
    element('td', '', element('span', `outcome outcome-${outcome}`, outcomeIcon(outcome), OUTCOME_WORDS[outcome])),
    head,
    element('td', 'values-cell'),
  );
}

function addValue(to: HTMLTableRowElement, value: string): void {
  const shown = to.lastElementChild;
  if (value === '' || [...(shown?.children ?? [])].some(({ textContent }) => textContent === value)) return;
  shown?.append(element('code', 'value', foreign(value)));
}

/** A table with a row for each check. */
class Group {
  readonly element: HTMLTableElement;
  private readonly body = element('tbody', '');
  private readonly caption: HTMLElement;
  private readonly gathered = new Map<string, HTMLTableRowElement>();

  constructor(heading: string) {
    this.caption = element('caption', '', heading);
    const heads = ['Outcome', 'Check', 'Value'].map((text) => {
      const head = element('th', '', text);
      head.scope = 'col';
      return head;
    });
    this.element = element(
      'table',
      'ledger',
      this.caption,
      element('thead', 'out-of-sight', element('tr', '', ...heads)),
      this.body,
    );
  }

  get isEmpty(): boolean {
    return this.body.firstChild === null;
  }

  /** Adds text to the heading, such as an event's type. */
  name(text: string): void {
    this.caption.append(': ', foreign(text));
  }

  add({ subject, outcome, value }: Check): void {
    const { name, shows } = CHECK_WORDS[subject];
    // Checks that occur many times and say the same: one row per outcome.
    const key = subject === 'alias' || subject === 'snapshot' ? `${subject} ${outcome}` : '';
    const made = this.gathered.get(key) ?? row(outcome, name, shows);
    if (key !== '') this.gathered.set(key, made);
    addValue(made, value);
    this.body.append(made);
  }

  compare({ outcome, name, shows, value }: ComparisonRow): void {
    const made = row(outcome, name, shows);
    addValue(made, value);
    this.body.append(made);
  }
}

/** One bundle's ledger. */
export class LedgerView {
  readonly element = element('div', 'verify-ledger');
  private readonly record = new Group('Record');
  private readonly bundle = new Group('Bundle and state');
  private readonly events = new Map<number, Group>();
  private readonly eventTables = element('div', '');
  private readonly more = element('p', 'quiet');
  private left = 0;
  private seen = 0;

  /** Shows the checks that are not shown yet. */
  update(checks: readonly Check[]): void {
    for (const check of checks.slice(this.seen)) this.groupOf(check)?.add(check);
    this.seen = checks.length;
    if (this.left > 0) this.more.textContent = `${counted(this.left, 'further check')} of other events, not listed`;
    const groups = [this.record, this.bundle].map((group) => (group.isEmpty ? '' : group.element));
    this.element.replaceChildren(groups[0] ?? '', this.eventTables, this.more, groups[1] ?? '');
  }

  private groupOf({ where, subject, outcome }: Check): Group | null {
    const event = /^\/events\/(\d+)/.exec(where);
    if (event === null) return /^(bundle|state)/.test(subject) ? this.bundle : this.record;
    const index = Number(event[1]);
    const known = this.events.get(index);
    if (known !== undefined) return known;
    if (this.events.size >= SHOWN_EVENTS * (outcome === 'failed' ? 2 : 1)) {
      this.left++;
      return null;
    }
    const group = new Group(`Event ${index + 1}`);
    this.events.set(index, group);
    this.eventTables.append(group.element);
    return group;
  }

  /** Names the events by their types, which are known when the bundle is verified. */
  finish({ bundle }: BundleVerdict): void {
    const events = bundle?.value.get('events');
    if (!Array.isArray(events)) return;
    for (const [index, group] of this.events) {
      const type: unknown = events[index] instanceof Map ? events[index].get('event_type') : undefined;
      if (typeof type === 'string') group.name(spaced(type));
    }
  }
}

/** Compares what the page says with what was found. */
export function comparisonTable(rows: readonly ComparisonRow[]): HTMLElement {
  const group = new Group('What this page says, and what this browser found');
  for (const compared of rows) group.compare(compared);
  return group.element;
}
