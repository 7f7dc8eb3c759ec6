/** Shows in a search box, in place of its field, that this browser cannot search. Uses only features that old browsers have. */
import { cannotSearch } from '../browser/cannot.ts';

export function showTrouble(box: HTMLElement, error: unknown): void {
  // Removed, not hidden: the style sheet sets how a field is displayed.
  for (const child of Array.from(box.children)) if (child.getAttribute('role') !== 'status') child.remove();
  const status = box.querySelector('[role="status"]');
  if (status !== null) status.textContent = cannotSearch(error);
  box.hidden = false;
}
