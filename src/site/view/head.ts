/** What a page may put into its head. */

/** A `<meta>`: `name` for most, `property` for Open Graph; the other is left out. */
export interface HeadMeta {
  readonly name?: string;
  readonly property?: string;
  readonly content: string;
}

/** A `<link>`: relative for what lies in the mirror, absolute for what is elsewhere. Nothing of it is fetched. */
export interface HeadLink {
  readonly rel: string;
  readonly href: string;
  /** Media type of the target. */
  readonly type?: string;
}
