/** What an attestation shows, for the scripts in the reader's browser. */
export { attestationText } from '../../formats/attestation.ts';
