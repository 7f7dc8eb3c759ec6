/**
 * Removes built-ins that older browsers lack, or any built-in one by one.
 *
 * Old browsers are hard to install. A current one without newer built-ins is close enough for scripts, because the bundler
 * limits their syntax to 2019.
 */

/** A property of a global object, by expressions that both Node's vm and a page understand. */
export interface BuiltIn {
  /** `Array.prototype`. */
  readonly owner: string;
  readonly name: string;
}

const TYPED_ARRAY = 'Object.getPrototypeOf(Uint8Array)';

/** What came after Chromium 87 (November 2020), by owner: what Chrome 109, Firefox 115 and Kiwix's Chromium lack, and more. */
const AFTER_CHROMIUM_87: Readonly<Record<string, readonly string[]>> = {
  Array: ['fromAsync'],
  'Array.prototype': ['at', 'findLast', 'findLastIndex', 'toReversed', 'toSorted', 'toSpliced', 'with'],
  [`${TYPED_ARRAY}.prototype`]: ['at', 'findLast', 'findLastIndex', 'toReversed', 'toSorted', 'with'],
  'String.prototype': ['at', 'isWellFormed', 'toWellFormed'],
  Object: ['hasOwn', 'groupBy'],
  Map: ['groupBy'],
  'Map.prototype': ['getOrInsert', 'getOrInsertComputed'],
  'Set.prototype': [
    'union',
    'intersection',
    'difference',
    'symmetricDifference',
    'isSubsetOf',
    'isSupersetOf',
    'isDisjointFrom',
  ],
  Promise: ['withResolvers', 'try'],
  RegExp: ['escape'],
  Math: ['f16round', 'sumPrecise'],
  Uint8Array: ['fromBase64', 'fromHex'],
  'Uint8Array.prototype': ['setFromBase64', 'setFromHex', 'toBase64', 'toHex'],
  'ArrayBuffer.prototype': ['resize', 'transfer', 'transferToFixedLength', 'resizable', 'detached', 'maxByteLength'],
  Error: ['isError'],
  JSON: ['rawJSON', 'isRawJSON'],
  globalThis: [
    'Iterator',
    'structuredClone',
    'Float16Array',
    'SuppressedError',
    'DisposableStack',
    'reportError',
    'scheduler',
  ],
  // Methods of iterators, which stand on a prototype that has no name.
  'Object.getPrototypeOf(Object.getPrototypeOf([][Symbol.iterator]()))': [
    'map',
    'filter',
    'take',
    'drop',
    'flatMap',
    'reduce',
    'toArray',
    'forEach',
    'some',
    'every',
    'find',
  ],
};

/** What only a page has, and that came after Chromium 87. */
const PAGE_AFTER_CHROMIUM_87: Readonly<Record<string, readonly string[]>> = {
  'Element.prototype': ['checkVisibility', 'setHTML', 'setHTMLUnsafe', 'getHTML', 'ariaNotify'],
  'HTMLElement.prototype': ['showPopover', 'hidePopover', 'togglePopover'],
  AbortSignal: ['timeout', 'any'],
  URL: ['canParse', 'parse'],
  Crypto: ['randomUUID'],
  'String.prototype': ['at', 'isWellFormed', 'toWellFormed'],
};

const listed = (table: Readonly<Record<string, readonly string[]>>): readonly BuiltIn[] =>
  Object.entries(table).flatMap(([owner, names]) => names.map((name) => ({ owner, name })));

export const LATE_BUILT_INS = listed(AFTER_CHROMIUM_87);
export const LATE_BUILT_INS_OF_PAGES = [...LATE_BUILT_INS, ...listed(PAGE_AFTER_CHROMIUM_87)];

/** A script that removes built-ins. Those that this engine lacks are ignored. */
export function removalOf(builtIns: readonly BuiltIn[]): string {
  const statements = builtIns.map(
    ({ owner, name }) =>
      `try { Reflect.deleteProperty(${owner}, ${JSON.stringify(name)}); } catch (error) { if (!(error instanceof ReferenceError || error instanceof TypeError)) throw error; }`,
  );
  return `(() => {
const { deleteProperty } = Reflect;
${statements.join('\n').replaceAll('Reflect.deleteProperty(', 'deleteProperty(')}
})();`;
}
