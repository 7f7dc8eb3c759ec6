/** What a long command says of itself while it works. The command line decides how it looks. */
export interface Progress {
  /** A new stage begins. @param total how many steps it has, or null where that is not known. */
  stage(name: string, total: number | null): void;
  /** One step of the stage is done. */
  step(): void;
  /** Something that the user should know, but that changes no result. May quote input: escape it. */
  note(text: string): void;
}
