/** Reads a package that was just written: every file of it, against the manifests that are in it. */
import { BuildError } from '../mirror/base/failure.ts';
import type { Progress } from '../mirror/base/progress.ts';
import { openStored, plainJobs } from './stored.ts';
import type { Team } from './team.ts';

/** @throws BuildError if anything differs from what was written. */
export async function readBack(path: string, name: string, team: Team, progress: Progress): Promise<void> {
  const stored = openStored(path);
  const [early] = stored.problems;
  const fail = (where: string, message: string): never => {
    throw new BuildError(`${name}.zip was not written correctly: ${where}: ${message}; check the disk`);
  };
  if (early !== undefined) fail(early.path, early.message);
  progress.stage('reading back', stored.payload.length + stored.tags.length);
  for await (const [job, { problems }] of team.inOrder(plainJobs(stored))) {
    const [problem] = problems;
    if (problem !== undefined) fail(problem.path, problem.message);
    for (const _ of job.files) progress.step();
  }
}
