/**
 * The built-ins that the scripts use and that browsers from Chromium 87 on may lack.
 *
 * Four functions of one line each; a library's would be ten times their size in each script. They do only what the
 * scripts need. `test/site/browser/old-browsers.test.ts` fails if a script uses a newer built-in that is
 * missing here.
 */

/** Adds a method that `for…in` does not list, like a built-in method. */
function add(to: object, name: string, value: (...args: never[]) => unknown): void {
  if (!(name in to)) Object.defineProperty(to, name, { value, writable: true, configurable: true });
}

add(Array.prototype, 'at', function (this: unknown[], index: number) {
  return this[index < 0 ? this.length + index : index];
});

add(Array.prototype, 'toSorted', function (this: unknown[], compare?: (a: unknown, b: unknown) => number) {
  return this.slice().sort(compare);
});

add(
  Object,
  'hasOwn',
  (object: object, name: PropertyKey) => Object.getOwnPropertyDescriptor(object, name) !== undefined,
);

// With `u`, a pair of surrogates is one character outside of this range, so only lone surrogates match.
add(String.prototype, 'isWellFormed', function (this: string) {
  return !/[\ud800-\udfff]/u.test(this);
});
