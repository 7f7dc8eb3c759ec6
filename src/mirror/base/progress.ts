/** What a long-running command reports while it works. The command line decides how to show it. */
export interface Progress {
  /** A new stage begins. @param total how many steps it has, or null if that is not known. */
  stage(name: string, total: number | null): void;
  /** One step of the stage is done. */
  step(): void;
  /** Something that the user should know, but that changes no result. May quote input: escape it. */
  note(text: string): void;
}
