/** `verify-button.js`: shows the button of a record's page, and loads the verifier when it is pressed. */
import { cannotCheck } from '../browser/cannot.ts';
import { readPageData } from './data.ts';
import { loadedVerifier, shared } from './globals.ts';
import { DamagedText, embeddedBytes } from './inflate.ts';
import { load, NotLoaded } from './load.ts';

async function verify(section: HTMLElement): Promise<void> {
  const data = readPageData();
  const { verifier = '', bundles = '' } = section.dataset;
  if (shared.pithVerifier === undefined) await load(verifier);
  const loaded = loadedVerifier();
  if (data.bundles === null && shared.pithBundles === undefined) await load(bundles);
  const received = data.bundles ?? shared.pithBundles;
  if (received === undefined) throw new NotLoaded(`${bundles} contains no bundles.`);
  // The bytes are judged by their own digest and signature, and compared with nothing else.
  await loaded.verifyHere(section, data, received.map(embeddedBytes));
}

const section = document.getElementById('verify-here');
const button = section?.querySelector('button');
const status = section?.querySelector('[role="status"]');
if (section && button && status) {
  let isRunning = false;
  section.hidden = false;
  button.onclick = async () => {
    // Not `disabled`: that would take the focus away from the button.
    if (isRunning) return;
    isRunning = true;
    button.setAttribute('aria-disabled', 'true');
    status.textContent = 'Loading the verifier…';
    try {
      await verify(section);
      button.textContent = 'Verify again';
    } catch (error) {
      const isOfFiles = error instanceof NotLoaded || error instanceof DamagedText;
      status.textContent = isOfFiles ? `Nothing was checked: ${error.message}` : cannotCheck(error);
    }
    isRunning = false;
    button.removeAttribute('aria-disabled');
  };
}
