/**
 * `verify-advice.js`: says what a file is that `verify.html` rejected and that is not a bundle. Loaded with the first such file, since
 * most readers give bundles.
 */
import { fileKind } from '../../formats/file-kind.ts';
import { shared } from './globals.ts';

shared.pithAdvice = fileKind;
