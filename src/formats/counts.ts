/** Numbers in text: `1,203`, the same in every locale. */

/** A whole number of at least 0 with a comma before every three digits. */
export function thousands(count: number): string {
  const digits = String(count);
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return groups.join(',');
}
