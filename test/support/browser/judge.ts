/** The judge of the browser's verifier, bundled as the site's scripts are: text in, outcome out. */
import '../../../src/site/browser/polyfills.ts';
import { encodeUtf8, readTrust } from '../../../src/protocol/index.ts';
import { judge } from '../../../src/site/verifier/judge.ts';

function outcomeOf(bundle: string, trust: string): string {
  const steps = judge([encodeUtf8(bundle)], readTrust(trust));
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value.outcome;
  }
}

Object.assign(self, { outcomeOf });
