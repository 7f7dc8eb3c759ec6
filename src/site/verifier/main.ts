/**
 * `verify.js`: the verifier, one classic script. It is loaded on demand, adds one global name to the page,
 * and makes no network requests.
 */
// First, so that it has run before the others start.
import '../browser/polyfills.ts';
import { MAX_BUNDLE_BYTES, ParseError, parseJson, readTrust, sha256Hex } from '../../protocol/index.ts';
import { element, foreign, part } from './dom.ts';
import { shared } from './globals.ts';
import { findingList, mark, verifyHere, verifyInto } from './show.ts';
import { headline } from './words.ts';

const verifier = {
  MAX_BUNDLE_BYTES,
  ParseError,
  parseJson,
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

/** The object that other scripts of a page use as `pithVerifier`. */
export type Verifier = typeof verifier;

shared.pithVerifier = verifier;
