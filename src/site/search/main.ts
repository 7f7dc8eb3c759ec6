/**
 * The search box. It shows itself: without this script there is no search box, and readers use the browse trees.
 *
 * Its settings are attributes of the element with `data-search`:
 *
 * - `data-parts`: address of the list of parts, and `data-part`, `data-record`: addresses with `*` for a name or a suffix.
 */

// First, so that it has run before the others start.
import '../browser/polyfills.ts';
import { thousands } from '../../formats/counts.ts';
import { type Loader, loaderOf } from './load.ts';
import { isNamed, type Query, readQuery } from './query.ts';
import { listItem } from './result.ts';
import { type ScanProgress, scan } from './scan.ts';
import { showTrouble } from './trouble.ts';

/** Results shown at first, and how many more at a time. */
const SHOWN = 50;
/** Milliseconds without a key press until the number of results is announced; otherwise a screen reader would speak after every letter. */
const QUIET = 400;

function part<T extends Element>(root: Element, selector: string, type: new () => T): T {
  const found = root.querySelector(selector);
  if (!(found instanceof type)) throw new TypeError(`expected ${selector} in the search box`);
  return found;
}

/** Resolves after the browser has done its pending work. */
function pause(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

const records = (count: number): string => `${thousands(count)} ${count === 1 ? 'record' : 'records'}`;

/** The message for a finished search. */
function statusOf(
  { found, searched, isComplete, isBroken, isOtherVersion }: ScanProgress,
  wanted: number,
  query: Query,
): string {
  if (isBroken && found.length === 0)
    return 'Some of the search data could not be loaded, and nothing was found in the rest.';
  const rest = isBroken ? ' Some of the search data could not be loaded.' : '';
  if (!isComplete) return `The newest ${wanted} matches are shown; there are more.${rest}`;
  if (isOtherVersion && query.identifier?.kind === 'arxiv')
    return `This mirror does not have version ${query.identifier.version} of arXiv:${query.identifier.id}. It has ${found.length === 1 ? 'this version' : 'these versions'}:`;
  if (found.length === 0) return `None of the ${records(searched)} matches.`;
  return `${records(found.length)} ${found.length === 1 ? 'matches' : 'match'}${found.length > 1 ? ', newest first' : ''}.${rest}`;
}

class SearchBox {
  private readonly root: HTMLElement;
  private readonly loader: Loader;
  private readonly record: string;
  private readonly input: HTMLInputElement;
  private readonly list: HTMLOListElement;
  private readonly status: HTMLElement;
  private readonly more: HTMLButtonElement;
  private wanted = SHOWN;
  /** Counts searches; all but the latest stop. */
  private run = 0;
  private query: Query = readQuery('');
  private finished: Promise<ScanProgress | null> = Promise.resolve(null);
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(root: HTMLElement) {
    const { parts = '', part: pattern = '', record = '' } = root.dataset;
    this.root = root;
    this.loader = loaderOf(parts, pattern);
    this.record = record;
    this.input = part(root, 'input', HTMLInputElement);
    this.list = part(root, 'ol', HTMLOListElement);
    this.status = part(root, '[role=status]', HTMLElement);
    this.more = part(root, 'button', HTMLButtonElement);
    this.input.addEventListener('focus', () => void this.loader.start());
    this.input.addEventListener('input', () => this.typed());
    root.addEventListener('keydown', (event) => this.pressed(event));
    this.more.addEventListener('click', () => void this.showMore());
    addEventListener('hashchange', () => this.readAddress());
    root.hidden = false;
    this.readAddress();
  }

  /** `#q=words` searches; `#go=identifier` goes to the record that it names, if it names one. */
  private readAddress(): void {
    const [, how, text] = /^#(q|go)=(.*)$/s.exec(location.hash) ?? [];
    if (text === undefined) return;
    let typed = text;
    try {
      typed = decodeURIComponent(text.replaceAll('+', ' '));
    } catch {
      // Not encoded correctly: used unchanged.
    }
    if (typed === this.input.value && how === 'q') return;
    this.input.value = typed;
    this.typed();
    if (how === 'go') void this.go(true);
  }

  private typed(): void {
    this.wanted = SHOWN;
    this.finished = this.search();
  }

  /** Searches for the typed text. @returns null if the search was abandoned, or if this browser cannot search. */
  private async search(): Promise<ScanProgress | null> {
    try {
      this.query = readQuery(this.input.value);
      return await this.searchParts();
    } catch (error) {
      this.run++;
      clearTimeout(this.timer);
      showTrouble(this.root, error);
      return null;
    }
  }

  private async searchParts(): Promise<ScanProgress | null> {
    const run = ++this.run;
    clearTimeout(this.timer);
    if (this.query.phrases.length === 0) {
      this.show([], true);
      this.more.hidden = true;
      this.status.textContent = '';
      this.writeAddress();
      return null;
    }
    const isCurrent = (): boolean => run === this.run;
    if (!(await this.loader.start())) {
      if (isCurrent())
        this.status.textContent = 'The search data could not be loaded. The lists below have every record.';
      return null;
    }
    let isFirst = true;
    const show = (progress: ScanProgress): void => {
      // Previous results stay until there is something else to show.
      if (progress.found.length > 0 || progress.isComplete) {
        this.show(progress.found.slice(0, this.wanted), isFirst);
        isFirst = false;
      }
    };
    const { total } = this.loader;
    const { identifier } = this.query;
    // A whole suffix names exactly one record.
    const wanted = identifier?.kind === 'pith' && identifier.prefix.length === 26 ? 0 : this.wanted;
    const goOn = async (): Promise<boolean> => {
      await pause();
      return isCurrent();
    };
    const end = await scan(this.query, this.loader, wanted, goOn, (progress) => {
      show(progress);
      this.say(`Searching: ${thousands(progress.searched)} of ${records(total)} so far.`);
    });
    if (end === null || !isCurrent()) return null;
    const last = wanted === 0 && end.found.length > 0 ? { ...end, isComplete: true } : end;
    show({ ...last, isComplete: true });
    this.more.hidden = last.isComplete;
    this.say(statusOf(last, this.wanted, this.query), () => this.writeAddress());
    return last;
  }

  private show(found: ScanProgress['found'], isNew: boolean): void {
    const from = isNew ? 0 : this.list.children.length;
    const items = found.slice(from).map((record) => listItem(record, this.record));
    if (isNew) this.list.replaceChildren(...items);
    else this.list.append(...items);
  }

  /** Announces a message when no key was pressed for a while. */
  private say(text: string, after: () => void = () => undefined): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      this.status.textContent = text;
      after();
    }, QUIET);
  }

  /** So that going back from a record leads to the results. */
  private writeAddress(): void {
    const text = this.input.value.trim();
    const isOurs = /^#(q|go)=/.test(location.hash);
    if (text === '' && !isOurs) return;
    const hash = text === '' ? '' : `#q=${encodeURIComponent(text)}`;
    try {
      history.replaceState(null, '', `${location.href.split('#', 1)[0]}${hash}`);
    } catch {
      // A browser may refuse this for a page from a disk, or if it happens too often.
    }
  }

  private links(): readonly HTMLElement[] {
    return [...this.list.querySelectorAll('a')];
  }

  /** Enter goes to the record that an identifier names; otherwise to the first result. */
  private async go(isAddress = false): Promise<void> {
    const { identifier, isIdentifier } = this.query;
    const run = this.run;
    const end = await this.finished;
    if (run !== this.run || end === null) return;
    const named = identifier === null ? [] : end.found.filter((record) => isNamed(identifier, record));
    const [only] = this.links();
    if (only === undefined) {
      this.status.textContent = statusOf(end, this.wanted, this.query);
      return;
    }
    const isOnly = end.isComplete && named.length === 1 && (isIdentifier || end.found.length === 1);
    if (!isOnly) only.focus();
    else if (isAddress) location.replace((only as HTMLAnchorElement).href);
    else only.click();
  }

  private async showMore(): Promise<void> {
    const before = this.list.children.length;
    this.wanted += SHOWN;
    this.finished = this.search();
    if ((await this.finished) === null) return;
    this.links()[before]?.focus();
  }

  private pressed(event: KeyboardEvent): void {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const links = this.links();
    const at = links.indexOf(document.activeElement as HTMLElement);
    const isInput = document.activeElement === this.input;
    const moves: Readonly<Record<string, () => void>> = {
      ArrowDown: () => links[at + 1]?.focus(),
      ArrowUp: () => (at > 0 ? links[at - 1] : at === 0 ? this.input : undefined)?.focus(),
      Escape: () => {
        if (isInput) this.input.value = '';
        if (isInput) this.typed();
        this.input.focus();
      },
      ...(isInput ? { Enter: () => void this.go() } : {}),
    };
    const move = Object.hasOwn(moves, event.key) ? moves[event.key] : undefined;
    // On a button, keys belong to the button.
    if (move === undefined || (!isInput && at < 0)) return;
    event.preventDefault();
    move();
  }
}

for (const root of document.querySelectorAll<HTMLElement>('[data-search]')) new SearchBox(root);
