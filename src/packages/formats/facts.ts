/** The data that a package's texts are made from. */

export const CONTENTS = ['site', 'bundles'] as const;
/** The whole site, or only what another mirror needs to rebuild it. */
export type PackageContents = (typeof CONTENTS)[number];

/** A pinned key, as a person compares it. */
export interface KeyFact {
  readonly keyId: string;
  readonly role: string;
  /** The first 16 bytes of the SHA-256 of the public key, in hexadecimal. */
  readonly fingerprint: string;
}

export interface PackageFacts {
  /** Of this package: its top folder. */
  readonly name: string;
  /** Of the set: what the names of its packages have in common. */
  readonly set: string;
  /** Names of all packages of the set, in order. */
  readonly parts: readonly string[];
  /** Which of them this one is, from 0. */
  readonly index: number;
  readonly contents: PackageContents;
  /** Newest moment in the data, seconds since 1970. */
  readonly seconds: number;
  /** Where the site is published, or null. */
  readonly url: string | null;
  readonly version: string;
  readonly keys: readonly KeyFact[];
  /** Records in the set, and in this package. */
  readonly allRecords: number;
  readonly records: number;
  /** The first and the last record of this package; null if it has none. */
  readonly range: readonly [first: string, last: string] | null;
  /** Payload of this package. */
  readonly bytes: number;
  readonly files: number;
  /** Top folders and files of the payload, for the catalogue of a repository. */
  readonly tops: readonly string[];
  /** Files of the input that are not in the site, such as notes; null if the input was not given. */
  readonly extraInputs: number | null;
}
