/** `verify-button.js`: shows the button of a record's page, and loads the verifier when it is pressed. */
import { readPageData } from './data.ts';
import { shared } from './globals.ts';

/** Loads a classic script, which works from `file:` too. @throws where it is not there. */
function load(src: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.onload = resolve;
    script.onerror = () => reject(new Error(`${src} is missing beside this page.`));
    script.src = src;
    document.head.append(script);
  });
}

async function verify(section: HTMLElement): Promise<void> {
  const data = readPageData();
  const { verifier = '', bundles = '' } = section.dataset;
  if (shared.pithVerifier === undefined) await load(verifier);
  if (data.bundles === null && shared.pithBundles === undefined) await load(bundles);
  await shared.pithVerifier?.verifyHere(section, data, data.bundles ?? shared.pithBundles ?? []);
}

const section = document.getElementById('verify-here');
const button = section?.querySelector('button');
const status = section?.querySelector('[role="status"]');
if (section && button && status) {
  let isRunning = false;
  section.hidden = false;
  button.onclick = async () => {
    // Not `disabled`: that would take the focus away from whoever pressed it.
    if (isRunning) return;
    isRunning = true;
    button.setAttribute('aria-disabled', 'true');
    status.textContent = 'Loading the verifier…';
    try {
      await verify(section);
      button.textContent = 'Verify again';
    } catch (error) {
      status.textContent = `Nothing was verified: ${error instanceof Error ? error.message : error}`;
    } finally {
      isRunning = false;
      button.removeAttribute('aria-disabled');
    }
  };
}
