/**
 * Copy buttons. A classic script: it runs from http and from `file:`. Without it, the page has no such button.
 *
 * The clipboard of the browser is asked first; where it refuses or is not there, an old command does it.
 */
const SHOWN_FOR = 4000;

/** Selects the text, so that the reader can copy by hand if nothing else can, and tries the old command. */
function copySelected(source: Element): boolean {
  const selection = window.getSelection();
  if (selection === null) return false;
  const range = document.createRange();
  range.selectNodeContents(source);
  selection.removeAllRanges();
  selection.addRange(range);
  // Deprecated, and the only one that works from `file:` in every browser.
  const old: { execCommand(command: string): boolean } = document;
  const copied = old.execCommand('copy');
  if (copied) selection.removeAllRanges();
  return copied;
}

async function copy(source: Element): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
    return true;
  } catch {
    return copySelected(source);
  }
}

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
  const source = document.getElementById(button.dataset.copy ?? '');
  if (source === null) continue;
  // Says it to those who see and to those who listen; it is there before it has words, or they would not be announced.
  const result = document.createElement('span');
  result.className = 'copied';
  result.setAttribute('role', 'status');
  button.after(result);
  button.hidden = false;
  let timer = 0;
  button.addEventListener('click', () => {
    void copy(source).then((copied) => {
      result.textContent = copied ? 'Copied' : 'Selected: copy it with your keyboard';
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        result.textContent = '';
      }, SHOWN_FOR);
    });
  });
}
