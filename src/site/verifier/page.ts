/** `verify-page.js`: the page on which a reader verifies any bundles, with the mirror's keys or their own. */
import type { Trust } from '../../protocol/index.ts';
import { cannotCheck } from '../browser/cannot.ts';
import { readPageData } from './data.ts';
import { loadedVerifier, shared } from './globals.ts';
import type { Judgement } from './judge.ts';
import { readPastedKey } from './keys.ts';
import { load } from './load.ts';
import type { Verifier } from './main.ts';
import { proofFiles } from './proof-files.ts';
import type { ShownOutcome } from './show.ts';
import { countsOf } from './words.ts';

function start(verifier: Verifier): void {
  const { element, foreign, part } = verifier;
  const root = part(document, '#verify-page');
  const input = part<HTMLInputElement>(root, '#verify-files');
  const status = part(root, '.verify-status');
  const list = part(root, '#verify-list');
  const actions = part(root, '#verify-actions');
  const proofs = proofFiles(part(root, '#verify-proofs'), verifier);
  const form = part<HTMLFormElement>(root, '#verify-key-form');
  const keyText = part<HTMLTextAreaElement>(form, '#verify-key');
  const keyError = part(form, '#verify-key-error');
  const pinned = verifier.readTrust(readPageData().trust);
  let trust = pinned;
  let given: File[] = [];
  let outcomes: ShownOutcome[] = [];
  let links: string[] = [];
  let queue = Promise.resolve();
  /** Work that was started under another number must stop. */
  let turn = 0;

  function tell(): void {
    status.textContent = given.length === 0 ? '' : countsOf(outcomes, given.length);
  }

  function stateLink({ merged }: Judgement): readonly Node[] {
    if (merged === null) return [];
    const link = element('a', '', 'Save the merged state');
    link.href = URL.createObjectURL(new Blob([merged.state.bytes.slice()], { type: 'application/json' }));
    link.download = `${merged.bundles[0].suffix}.state.json`;
    links.push(link.href);
    return [element('p', '', element('code', '', merged.bundles[0].pithNumber), ' · ', link)];
  }

  /** Says what a file is that could not be read as a bundle, in place of the character at which reading stopped. */
  async function adviseOn(bytes: Uint8Array, { outcome, verdicts, findings }: Judgement, body: Element): Promise<void> {
    const [first] = findings;
    if (outcome !== 'rejected' || first === undefined || verdicts[0]?.claimedPithNumber != null) return;
    const shown = body.querySelector('.findings');
    try {
      await load(list.dataset.advice ?? '');
      const message = shared.pithAdvice?.(bytes, verifier) ?? null;
      if (message !== null) shown?.replaceWith(...verifier.findingList([{ code: first.code, where: '', message }]));
    } catch {
      // The finding stays as it is: it is true, only less helpful.
    }
  }

  /** Verifies one file into its box. @returns null if it was abandoned. */
  async function judgeFile(file: File, box: HTMLElement, isStopped: () => boolean): Promise<Judgement | null> {
    const refuse = (code: string, message: string): null => {
      box.replaceChildren(
        element('p', 'verify-headline', 'Not verified: the file was not read'),
        ...verifier.findingList([{ code, where: '', message }]),
      );
      return null;
    };
    if (file.size > verifier.MAX_BUNDLE_BYTES) {
      return refuse('too_large', `expected at most ${verifier.MAX_BUNDLE_BYTES} bytes, got ${file.size}`);
    }
    let bytes: Uint8Array;
    try {
      bytes = new Uint8Array(await file.arrayBuffer());
    } catch {
      return refuse(
        'unreadable',
        'expected a file that can be read, got a folder or a file that changed after it was chosen',
      );
    }
    const body = element('div', '');
    const headline = element('p', 'verify-headline', 'Verifying…');
    box.replaceChildren(headline, body);
    const judgement = await verifier.verifyInto(
      body,
      { received: [bytes], trust },
      { isOpen: given.length === 1, isStopped },
    );
    if (judgement === null) return null;
    // Not awaited: the verdict does not depend on it.
    void adviseOn(bytes, judgement, body);
    headline.textContent = verifier.headline(judgement);
    headline.after(...stateLink(judgement));
    return judgement;
  }

  async function verifyFile(file: File, own: number): Promise<void> {
    if (own !== turn) return;
    const box = element('div', '');
    const article = element('article', 'verify-file', element('h3', '', foreign(file.name)), box);
    list.append(article);
    let outcome: ShownOutcome;
    try {
      const judgement = await judgeFile(file, box, () => own !== turn);
      outcome = judgement?.outcome ?? 'rejected';
    } catch (error) {
      outcome = 'unchecked';
      box.textContent = '';
      box.append(element('p', 'verify-headline', cannotCheck(error)));
    }
    if (own !== turn) return;
    verifier.mark(article, box.querySelector('p'), outcome);
    outcomes.push(outcome);
    tell();
  }

  function verifyAll(files: readonly File[]): void {
    const own = turn;
    actions.hidden = given.length === 0 && proofs.isEmpty();
    tell();
    for (const file of files) queue = queue.then(() => verifyFile(file, own));
  }

  function forget(): void {
    turn++;
    outcomes = [];
    list.replaceChildren();
    for (const link of links) URL.revokeObjectURL(link);
    links = [];
  }

  function add(files: FileList | null | undefined): void {
    const more = proofs.take([...(files ?? [])]);
    given.push(...more);
    verifyAll(more);
  }

  function useKeys(next: Trust): void {
    trust = next;
    part(root, '#verify-whose').textContent =
      next === pinned
        ? 'These keys came with this mirror. Compare the fingerprints with another source before you rely on them.'
        : 'These are your own keys, used instead of the mirror’s.';
    part(root, '#verify-keys').replaceChildren(
      ...next.keys.map(({ keyId, role, fingerprint }) =>
        element(
          'li',
          '',
          element('code', '', foreign(keyId)),
          element('span', 'quiet', 'role ', foreign(role), ', fingerprint ', element('code', '', fingerprint)),
        ),
      ),
    );
    forget();
    verifyAll(given);
  }

  input.onchange = () => {
    add(input.files);
    // So that the same file can be chosen again after a change.
    input.value = '';
  };
  // On the whole page, because a browser navigates to a file that is dropped outside the box.
  document.ondragover = (event) => event.preventDefault();
  document.ondrop = (event) => {
    event.preventDefault();
    add(event.dataTransfer?.files);
  };
  part(root, '#verify-clear').onclick = () => {
    forget();
    proofs.clear();
    given = [];
    verifyAll([]);
    input.focus();
  };
  form.onsubmit = (event) => {
    event.preventDefault();
    const keyId = part<HTMLInputElement>(form, '#verify-key-id').value;
    const role = part<HTMLInputElement>(form, '#verify-key-role').value;
    const read = readPastedKey({ text: keyText.value, keyId, role }, verifier);
    keyError.textContent = typeof read === 'string' ? read : '';
    keyText.setAttribute('aria-invalid', String(typeof read === 'string'));
    if (typeof read === 'string') keyText.focus();
    else useKeys(read);
  };
  part(root, '#verify-reset').onclick = () => {
    keyError.textContent = '';
    keyText.removeAttribute('aria-invalid');
    useKeys(pinned);
  };
}

try {
  start(loadedVerifier());
} catch (error) {
  const status = document.querySelector('#verify-page .verify-status');
  if (status !== null) status.textContent = cannotCheck(error);
}
