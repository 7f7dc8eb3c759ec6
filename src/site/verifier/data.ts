/** Reads the data block that the page holds for its verification. */
import type { PageData } from '../shared/page-data.ts';

/** The data block of the page. */
export function readPageData(): PageData {
  return JSON.parse(document.getElementById('verify-data')?.textContent ?? 'null') as PageData;
}
