/** What tests ask of the protocol layer: the codes it answers with. Prose is never compared. */
import { ParseError, type ReasonCode } from '../../../src/protocol/errors.ts';
import { type BundleVerdict, type Trust, verifyBundle } from '../../../src/protocol/index.ts';
import { bytesOf, type Data, makeBundle, makeEvent, makeRecord, makeRecordCreated, testTrust } from './make-bundle.ts';

/** The record of most tests, and its genuine `record_created`. */
export const RECORD = makeRecord();
export const CREATED = makeRecordCreated(RECORD);

export function judge(bundle: Data, trust: Trust = testTrust): BundleVerdict {
  return verifyBundle(bytesOf(bundle), trust);
}

/** The verdict on a sealed bundle with `record_created` and one event more. */
export function judgeEvent(event: Data, changes: Data = {}): BundleVerdict {
  return judge(makeBundle(RECORD, [CREATED, event], changes));
}

/** The code of each finding, in order. */
export function codesOf(verdict: BundleVerdict): readonly ReasonCode[] {
  return verdict.findings.map(({ code }) => code);
}

/** The reason of each invalid event of a published bundle; null if the bundle was rejected. */
export function reasonsOf(verdict: BundleVerdict): readonly ReasonCode[] | null {
  return verdict.bundle?.invalidEvents.map(({ reason }) => reason) ?? null;
}

/** The codes of the ParseError that a call throws; empty if it returns. Any other error goes through. */
export function parseCodes(call: () => unknown): readonly ReasonCode[] {
  try {
    call();
    return [];
  } catch (error) {
    if (error instanceof ParseError) return error.problems.map(({ code }) => code);
    throw error;
  }
}

/** A copy with changes at a path, such as `['signer', 'key_id']`. `undefined` takes the member out. */
export function changed(data: Data, path: readonly (string | number)[], value: unknown): Data {
  // Not structuredClone: it keeps a part that stands in two places one part.
  const copy: Data = JSON.parse(JSON.stringify(data));
  let at = copy;
  for (const name of path.slice(0, -1)) at = at[name];
  const last = path.at(-1) ?? '';
  if (value === undefined) delete at[last];
  else at[last] = value;
  return copy;
}

/** An event of a type that fills a list, with changes made before it is signed. */
export function attestation(changes: Data = {}, key?: Parameters<typeof makeEvent>[3]): Data {
  return makeEvent(RECORD, 'author_attestation', changes, key);
}
