/** A signature engine that does not work ends a command with a clear message, and never rejects a file. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { SEED_SUFFIX } from '../support/bundles/vectors.ts';
import { PROJECT, pithMirror, temporaryFolder } from '../support/sites/cli.ts';

const BUNDLES = join(PROJECT, 'bundles');
const folder = temporaryFolder();

/** The environment in which this is what OpenSSL answers, in each thread. `verify` is the real one. */
function withOpenssl(answer: string): Readonly<Record<string, string>> {
  const code = `import crypto from 'node:crypto';
    import { syncBuiltinESMExports } from 'node:module';
    const { verify } = crypto;
    crypto.verify = (...asked) => ${answer};
    syncBuiltinESMExports();`;
  return { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(code)}` };
}

/** Right for the key of the self-test, wrong for every other. */
const WRONG_LATER = `verify(...asked) && asked[2].export({ format: 'jwk' }).x.startsWith('yWGOQSNy')`;

const commands: readonly (readonly [name: string, ...args: string[]])[] = [
  ['verify', 'verify', BUNDLES],
  ['build', 'build', BUNDLES, '--out', join(folder, 'site')],
];

for (const [name, ...args] of commands) {
  describe(`the command ${name}`, () => {
    const run = (answer: string) => pithMirror(args, { env: withOpenssl(answer) });

    it('works if OpenSSL works', async () => {
      const { code, stdout } = await pithMirror(
        args.map((arg) => arg.replace(/site$/, 'good')),
        { env: withOpenssl('verify(...asked)') },
      );
      assert.equal(code, 0, stdout);
    });

    for (const [fault, answer, words] of [
      ['accepts everything', 'true', /a forged signature \(.*\) was accepted/],
      ['refuses everything', 'false', /openssl refuses a signature that noble accepts/],
    ] as const) {
      it(`ends with exit code 1 and one line before it judges a file if OpenSSL ${fault}`, async () => {
        const { code, stdout, stderr } = await run(answer);
        assert.equal(code, 1);
        assert.equal(stdout, '');
        assert.match(stderr, words);
        assert.match(stderr, /^pith-mirror: verification does not work here: [^\n]*\n$/);
      });
    }

    it('names the file and the signature if OpenSSL disagrees with the reference later', async () => {
      const { code, stdout, stderr } = await run(WRONG_LATER);
      assert.equal(code, 1);
      assert.doesNotMatch(stdout, /rejected|bad_signature/);
      const line = stderr.split('\n').find((text) => text.startsWith('pith-mirror:')) ?? '';
      const words = `${SEED_SUFFIX}.bundle.json: cannot be checked here, which says nothing about the file: openssl refuses a signature that noble accepts: `;
      assert.ok(line.includes(words), stderr);
      assert.match(line, /accepts: [0-9a-f]{128} by the key b2d552b6[0-9a-f]{56} over [0-9a-f]{64}$/);
      assert.doesNotMatch(stderr, /^ {4}at /m);
      assert.equal(existsSync(join(folder, 'site')), false);
    });
  });
}
