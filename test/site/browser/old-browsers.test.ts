/**
 * The protocol and the verifier's judge, bundled as the site's scripts are, where built-ins are missing. Whatever is
 * missing, a good bundle is "verified" or there is no verdict at all, and a tampered one is never "verified".
 */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { createContext, Script } from 'node:vm';
import { contentText } from '../../../src/mirror/base/disk.ts';
import { bundleBrowserScript, scriptFiles } from '../../../src/mirror/render/scripts.ts';
import { type BuiltIn, LATE_BUILT_INS, removalOf } from '../../support/browser/built-ins.ts';
import { defaultTrust, seedText } from '../../support/bundles/vectors.ts';
import { PROJECT } from '../../support/sites/cli.ts';

/** What a script sees of the platform. UTF-8 is the host's, in arrays of the context's own. */
const PLATFORM = `
  const { encode, decode } = host;
  self = globalThis;
  TextEncoder = class TextEncoder { encode(text) { return new Uint8Array(encode(text)); } };
  TextDecoder = class TextDecoder {
    #fatal;
    constructor(label, { fatal }) { this.#fatal = fatal; }
    decode(bytes) { return decode([...bytes], this.#fatal); }
  };
`;

const host = {
  encode: (text: string): readonly number[] => [...new TextEncoder().encode(text)],
  decode: (bytes: readonly number[], fatal: boolean): string =>
    new TextDecoder('utf-8', { fatal, ignoreBOM: true }).decode(Uint8Array.from(bytes)),
};

const trust = JSON.stringify({
  keys: defaultTrust().keys.map(({ keyId, role, publicKeyHex, fingerprint }) => ({
    key_id: keyId,
    role,
    public_key_hex: publicKeyHex,
    fingerprint_sha256_hex: fingerprint,
  })),
});
const GOOD = seedText();
const TAMPERED = seedText().replace('Concordia', 'Concordja');

let judge: Script;
let code = '';
before(async () => {
  code = await bundleBrowserScript(join(PROJECT, 'test/support/browser/judge.ts'));
  judge = new Script(code);
});

const platform = new Script(`(() => {${PLATFORM}})();`);

/** The outcomes of the good and the tampered bundle without these built-ins; `cannot check` if the judge throws. */
function outcomesWithout(builtIns: readonly BuiltIn[]): readonly [good: string, tampered: string] {
  const context = createContext({ host, trust });
  platform.runInContext(context);
  new Script(removalOf(builtIns)).runInContext(context);
  try {
    judge.runInContext(context);
  } catch {
    return ['cannot check', 'cannot check'];
  }
  const outcomeOf = (bundle: string): string => {
    try {
      return context.outcomeOf(bundle, trust);
    } catch {
      return 'cannot check';
    }
  };
  return [outcomeOf(GOOD), outcomeOf(TAMPERED)];
}

/** Every built-in whose name stands in the script: of each global object, of what it makes, and of iterators. */
function builtInsOf(script: string): readonly BuiltIn[] {
  const owners = new Script(`
    const found = [];
    const seen = new Set();
    const look = (owner, object) => {
      if ((typeof object !== 'object' && typeof object !== 'function') || object === null || seen.has(object)) return;
      seen.add(object);
      for (const name of Reflect.ownKeys(object)) if (typeof name === 'string') found.push([owner, name]);
    };
    for (const name of Object.getOwnPropertyNames(globalThis)) {
      const value = globalThis[name];
      if (/^[A-Z]/.test(name)) { look(name, value); look(name + '.prototype', value?.prototype); }
    }
    look('Object.getPrototypeOf(Uint8Array)', Object.getPrototypeOf(Uint8Array));
    look('Object.getPrototypeOf(Uint8Array).prototype', Object.getPrototypeOf(Uint8Array).prototype);
    for (const text of ['[][Symbol.iterator]()', '(function* () {})()', 'new Map()[Symbol.iterator]()', '""[Symbol.iterator]()']) {
      look('Object.getPrototypeOf(' + text + ')', Object.getPrototypeOf(eval(text)));
      look('Object.getPrototypeOf(Object.getPrototypeOf(' + text + '))', Object.getPrototypeOf(Object.getPrototypeOf(eval(text))));
    }
    for (const name of Object.getOwnPropertyNames(globalThis)) found.push(['globalThis', name]);
    JSON.stringify(found);
  `).runInContext(createContext({}));
  const all: readonly (readonly [owner: string, name: string])[] = JSON.parse(owners);
  // Names that every class has, and that are no functions.
  const common = /^(length|name|message|prototype|constructor|BYTES_PER_ELEMENT)$/;
  // As a member, or as a global name with its capital.
  const names = new Set(Array.from(script.matchAll(/\.(\w+)|\b([A-Z]\w+)/g), ([, member, global]) => member ?? global));
  return all.map(([owner, name]) => ({ owner, name })).filter(({ name }) => names.has(name) && !common.test(name));
}

describe('the judge of the browser’s verifier', () => {
  it('verifies a good bundle and rejects a tampered one if nothing is missing', () => {
    assert.deepEqual(outcomesWithout([]), ['verified', 'rejected']);
  });

  it('verifies and rejects without everything that came after Chromium 87', () => {
    assert.deepEqual(outcomesWithout(LATE_BUILT_INS), ['verified', 'rejected']);
  });

  it('never accuses a good bundle nor trusts a tampered one, whichever built-in is missing', () => {
    const count = { verified: 0, 'cannot check': 0 };
    for (const builtIn of builtInsOf(code)) {
      const [good, tampered] = outcomesWithout([builtIn]);
      const what = `without ${builtIn.owner}.${builtIn.name}`;
      assert.ok(good === 'verified' || good === 'cannot check', `a good bundle is ${good} ${what}`);
      assert.ok(tampered === 'rejected' || tampered === 'cannot check', `a tampered bundle is ${tampered} ${what}`);
      count[good]++;
    }
    // Many names stand for something else, or for what is used only in messages; the others are needed.
    assert.ok(count.verified > 20 && count['cannot check'] > 20, JSON.stringify(count));
  });

  it('gives no verdict if all of them are missing at once', () => {
    assert.deepEqual(outcomesWithout(builtInsOf(code)), ['cannot check', 'cannot check']);
  });
});

describe('the site’s scripts', () => {
  it('have no syntax newer than 2019, except BigInt', async () => {
    for (const { path, content } of await scriptFiles()) {
      const script = contentText(content);
      // Without the texts of templates and strings, which may have anything.
      const syntax = script.replace(/`(?:[^`\\]|\\.)*`|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, '``');
      const newer = /[\w)\]]\?\.(?!\d)|\?\?|(?:\|\||&&)=|\bthis\.#|\bstatic\s*\{/.exec(syntax);
      assert.equal(newer, null, `${path}: ${syntax.slice((newer?.index ?? 0) - 40, (newer?.index ?? 0) + 40)}`);
    }
  });
});
