/** The files of timestamp proofs in `verify.html`: told from bundles, and handed on when the script that checks them is there. */
import { cannotCheck } from '../browser/cannot.ts';
import { shared } from './globals.ts';
import { load, NotLoaded } from './load.ts';
import type { Verifier } from './main.ts';
import type { Proofs } from './proofs.ts';

/** Whether a file is about a proof: one itself, a block header, or what a proof that was given is of. */
function isForProof({ name }: File, all: readonly File[]): boolean {
  return /\.(?:ots|hex|txt)$/i.test(name) || all.some((other) => other.name === `${name}.ots`);
}

/** No class: a browser that lacks what its compiled form needs must still be told what is missing. */
export interface ProofFiles {
  /** Takes what is about proofs. @returns the other files, which should be bundles. */
  take(files: readonly File[]): readonly File[];
  clear(): void;
  isEmpty(): boolean;
}

/** @param list where the results go; it names the script that makes them. */
export function proofFiles(list: HTMLElement, verifier: Verifier): ProofFiles {
  const { script = '' } = list.dataset;
  let waiting: readonly File[] = [];
  let nothingGiven = true;
  let proofs: Proofs | null = null;

  async function check(): Promise<void> {
    try {
      await load(script);
      if (shared.pithTimestamps === undefined) throw new Error(`${script} did not run`);
      proofs ??= new shared.pithTimestamps(list, verifier);
      const files = waiting;
      waiting = [];
      // None if they were cleared, or handed on together with others.
      if (files.length > 0) await proofs.check(files);
    } catch (error) {
      const words = error instanceof NotLoaded ? `Nothing was checked: ${error.message}` : cannotCheck(error);
      list.replaceChildren(verifier.element('p', 'verify-headline', words));
    }
  }

  return {
    take(files) {
      const own = files.filter((file) => isForProof(file, files));
      if (own.length > 0) {
        nothingGiven = false;
        waiting = [...waiting, ...own];
        void check();
      }
      return files.filter((file) => !own.includes(file));
    },
    clear() {
      waiting = [];
      nothingGiven = true;
      proofs?.clear();
      list.replaceChildren();
    },
    isEmpty: () => nothingGiven,
  };
}
