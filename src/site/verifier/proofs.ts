/** The results of OpenTimestamps proofs in `verify.html`. */
import { checkProof, type GivenFile, type TimestampOutcome } from './check-proof.ts';
import type { Verifier } from './main.ts';

/** More than any manifest has; the page keeps these files in memory. */
const MOST_BYTES = 1 << 28;

const OUTCOMES = { proved: 'verified', unchecked: 'unchecked', failed: 'rejected' } as const;

export class Proofs {
  private readonly list: HTMLElement;
  private readonly verifier: Verifier;
  private files: GivenFile[] = [];
  /** Work that was started under another number must stop. */
  private turn = 0;

  /** @param list the results go here. */
  constructor(list: HTMLElement, verifier: Verifier) {
    this.list = list;
    this.verifier = verifier;
  }

  /**
   * Adds files and checks every proof again: the file that one was waiting for may be here now.
   *
   * @throws any error that keeps this browser from reading a file or checking a proof.
   */
  async check(more: readonly File[]): Promise<void> {
    const turn = ++this.turn;
    // Those of now: files that are read only after a clear() must not come back.
    const files = this.files;
    const unread: string[] = [];
    for (const file of more) {
      if (file.size > MOST_BYTES) unread.push(file.name);
      else files.push({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) });
    }
    if (turn !== this.turn) return;
    this.list.replaceChildren();
    for (const name of unread) this.unchecked(name, `Not checked: it has more than ${MOST_BYTES} bytes`);
    const proofs = files.filter(({ name }) => /\.ots$/i.test(name));
    for (const proof of proofs) this.tell(proof.name, checkProof(proof, files));
    if (proofs.length === 0 && files.length > 0) {
      const names = files.map(({ name }) => name).join(', ');
      this.unchecked(names, 'Not checked: add the OpenTimestamps proof, a file that ends in .ots');
    }
  }

  clear(): void {
    this.turn++;
    this.files = [];
  }

  private unchecked(name: string, headline: string): void {
    this.tell(name, { outcome: 'unchecked', headline, sentences: [] });
  }

  private tell(name: string, { outcome, headline, sentences }: TimestampOutcome): void {
    const { element, foreign, mark } = this.verifier;
    const words = element('p', 'verify-headline', foreign(headline));
    const box = element('div', '', words, ...sentences.map((sentence) => element('p', '', foreign(sentence))));
    const article = element('article', 'verify-file', element('h3', '', foreign(name)), box);
    this.list.append(article);
    mark(article, words, OUTCOMES[outcome]);
  }
}
