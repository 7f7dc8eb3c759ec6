/** Describes the result of a download. */
import type { Download } from './web.ts';

/** Why there are no bytes. */
export function problemOf(answer: Exclude<Download, { readonly kind: 'found' }>): string {
  switch (answer.kind) {
    case 'missing':
      return 'the file is missing';
    case 'too_large':
      return `the file has more than ${answer.limit} bytes`;
    case 'unchanged':
      return 'the server answered 304 to a request without a condition';
    case 'failed':
      return answer.reason;
  }
}
