/** Texts with formulas, as pages show them. */
export { type RichPart, type RichText, richParts } from '../../formats/rich-text.ts';
