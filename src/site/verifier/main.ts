/**
 * `verify.js`: the verifier, one classic script. It is loaded when a reader asks for it, gives the page one global name,
 * and asks no network for anything.
 */
// First, so that it has run when the others begin.
import '../browser/polyfills.ts';
import { MAX_BUNDLE_BYTES, readTrust, sha256Hex } from '../../protocol/index.ts';
import { element, foreign, part } from './dom.ts';
import { shared } from './globals.ts';
import { findingList, mark, verifyHere, verifyInto } from './show.ts';
import { headline } from './words.ts';

const verifier = {
  MAX_BUNDLE_BYTES,
  readTrust,
  sha256Hex,
  element,
  foreign,
  part,
  findingList,
  mark,
  headline,
  verifyHere,
  verifyInto,
};

/** What the other scripts of a page find as `pithVerifier`. */
export type Verifier = typeof verifier;

shared.pithVerifier = verifier;
