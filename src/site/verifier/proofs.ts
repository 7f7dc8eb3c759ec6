/** The part of `verify.html` that takes OpenTimestamps proofs, and the files that they need. */
import { cannotCheck } from '../browser/cannot.ts';
import type { GivenFile, TimestampOutcome } from './check-proof.ts';
import { shared } from './globals.ts';
import { load, NotLoaded } from './load.ts';
import type { Verifier } from './main.ts';

/** More than any manifest has; the page keeps these files in memory. */
const MOST_BYTES = 1 << 28;

/** Whether a file is about a proof: one itself, a block header, or what a proof that was given is of. */
function isForProof({ name }: File, all: readonly File[]): boolean {
  return /\.(?:ots|hex|txt)$/i.test(name) || all.some((other) => other.name === `${name}.ots`);
}

const OUTCOMES = { proved: 'verified', unchecked: 'unchecked', failed: 'rejected' } as const;

/** Its members have no `#`: for older browsers that becomes a WeakMap, and without one the page could not even say what is missing. */
export class Proofs {
  private readonly list: HTMLElement;
  private readonly script: string;
  private readonly verifier: Verifier;
  private files: GivenFile[] = [];
  private nothingGiven = true;
  /** Work that was started under another number must stop. */
  private turn = 0;

  /** @param script address of `verify-timestamps.js`. */
  constructor(list: HTMLElement, script: string, verifier: Verifier) {
    this.list = list;
    this.script = script;
    this.verifier = verifier;
  }

  /** Takes what is about proofs. @returns the other files, which should be bundles. */
  take(files: readonly File[]): File[] {
    const own = files.filter((file) => isForProof(file, files));
    if (own.length > 0) {
      this.nothingGiven = false;
      void this.check(own);
    }
    return files.filter((file) => !own.includes(file));
  }

  clear(): void {
    this.turn++;
    this.files = [];
    this.nothingGiven = true;
    this.list.replaceChildren();
  }

  get isEmpty(): boolean {
    return this.nothingGiven;
  }

  private tell(name: string, { outcome, headline, sentences }: TimestampOutcome): void {
    const { element, foreign, mark } = this.verifier;
    const words = element('p', 'verify-headline', foreign(headline));
    const box = element('div', '', words, ...sentences.map((sentence) => element('p', '', foreign(sentence))));
    const article = element('article', 'verify-file', element('h3', '', foreign(name)), box);
    this.list.append(article);
    mark(article, words, OUTCOMES[outcome]);
  }

  /** Checks every proof again: the file that one was waiting for may be here now. */
  private async check(more: readonly File[]): Promise<void> {
    const turn = ++this.turn;
    const failed = (name: string, words: string): void =>
      this.tell(name, { outcome: 'unchecked', headline: words, sentences: [] });
    const unread: string[] = [];
    try {
      for (const file of more) {
        if (file.size > MOST_BYTES) unread.push(file.name);
        else this.files.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
      }
      if (shared.pithTimestamps === undefined) await load(this.script);
      if (turn !== this.turn) return;
      this.list.replaceChildren();
      for (const name of unread) failed(name, `Not checked: it has more than ${MOST_BYTES} bytes`);
      const proofs = this.files.filter(({ name }) => /\.ots$/i.test(name));
      for (const proof of proofs) {
        const outcome = shared.pithTimestamps?.(proof, this.files);
        if (outcome !== undefined) this.tell(proof.name, outcome);
      }
      if (proofs.length === 0) {
        const names = this.files.map(({ name }) => name).join(', ');
        failed(names, 'Not checked: add the OpenTimestamps proof, a file that ends in .ots');
      }
    } catch (error) {
      failed('', error instanceof NotLoaded ? `Nothing was checked: ${error.message}` : cannotCheck(error));
    }
  }
}
