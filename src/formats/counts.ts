/** Numbers in text: `1,203` and `1,203 records`, the same in every locale. */

/** A whole number of at least 0 with a comma before every three digits. */
export function thousands(count: number): string {
  const digits = String(count);
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3) groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return groups.join(',');
}

/** `1 record`, `1,203 records`. */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${thousands(count)} ${count === 1 ? one : many}`;
}
