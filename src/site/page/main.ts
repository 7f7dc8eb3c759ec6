/**
 * Copy buttons. A classic script, so that it runs from http and from `file:`. Without it, the page has no copy buttons.
 *
 * Tries the browser's clipboard first; if that refuses or is missing, it falls back to an old command.
 */
const SHOWN_FOR = 4000;

/** Selects the text, so that the reader can copy it by hand if all else fails, and tries the old command. */
function copySelected(source: Element): boolean {
  const selection = window.getSelection();
  if (selection === null) return false;
  const range = document.createRange();
  range.selectNodeContents(source);
  selection.removeAllRanges();
  selection.addRange(range);
  // Deprecated, but the only one that works from `file:` in every browser.
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

for (const box of document.querySelectorAll<HTMLElement>('.snippet')) {
  const source = box.querySelector('code');
  const foot = box.querySelector('p');
  if (source === null || foot === null) continue;
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'copy';
  button.textContent = `Copy ${box.dataset.copy}`;
  // Shows and announces the result. The element exists before it has text, or screen readers would not announce it.
  const result = document.createElement('span');
  result.className = 'copied';
  result.setAttribute('role', 'status');
  foot.append(button, result);
  let timer = 0;
  button.addEventListener('click', () => {
    void copy(source).then((copied) => {
      result.textContent = copied ? 'Copied' : 'Selected. Press Ctrl+C or ⌘C to copy';
      window.clearTimeout(timer);
      timer = window.setTimeout(() => {
        result.textContent = '';
      }, SHOWN_FOR);
    });
  });
}
