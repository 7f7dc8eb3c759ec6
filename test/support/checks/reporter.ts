/**
 * The reporter of `npm test`: a line for each file, every failure in full, and as the very last line `N passed, N failed`.
 *
 * Counted are leaf tests. A skipped or todo test has failed, and so has a test file that holds no test, because node --test would
 * let it pass. A test that cannot run on this machine (see tools/not-run.ts) is listed with its reason and is not counted.
 * What else fails (a file that does not load, a hook) counts as one failure.
 */
import { relative, resolve } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';
import { NOT_RUN } from '../tools/not-run.ts';

type Report = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>;

export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const total = { passed: 0, failed: 0 };
  let file = { passed: 0, failed: 0 };
  const failures: string[] = [];
  const notRun: string[] = [];
  const names: string[] = [];
  let previousNesting = 0;

  for await (const event of events) {
    if (event.type === 'test:stdout' || event.type === 'test:stderr') yield event.data.message;
    else if (event.type === 'test:start') names[event.data.nesting] = event.data.name;
    else if (event.type === 'test:diagnostic' && event.data.file !== undefined) yield `  ${event.data.message}\n`;
    else if (event.type === 'test:summary' && event.data.file !== undefined) {
      const seconds = (event.data.duration_ms / 1000).toFixed(1);
      yield `${file.failed === 0 ? '✔' : '✖'} ${relative('', event.data.file)}: ${counts(file)} (${seconds} s)\n`;
      file = { passed: 0, failed: 0 };
    } else if (event.type === 'test:pass' || event.type === 'test:fail') {
      const { nesting } = event.data;
      // Reports come depth first: what follows a deeper one is the parent of it.
      const outcome = judge(event, previousNesting > nesting || event.data.details.type === 'suite');
      previousNesting = nesting;
      if (typeof outcome === 'object' && 'reason' in outcome) {
        notRun.push(
          `${[relative('', event.data.file ?? ''), ...names.slice(0, nesting), event.data.name].join(' › ')}: ${outcome.reason}`,
        );
      } else if (outcome === 'passed') {
        total.passed += 1;
        file.passed += 1;
      } else if (outcome !== 'not counted') {
        total.failed += 1;
        // A failure of the whole file is reported after its summary, or without one.
        if (!isFile(event)) file.failed += 1;
        const path = isFile(event) ? [] : [relative('', event.data.file ?? ''), ...names.slice(0, nesting)];
        const name = [...path, event.data.name].join(' › ');
        failures.push(name);
        yield `✖ ${name}\n${outcome.problem.replace(/^/gm, '    ')}\n`;
      }
    }
  }

  if (failures.length > 0) yield `\nFailed:\n${failures.map((name) => `  ${name}\n`).join('')}`;
  if (notRun.length > 0) yield `\nNot run here, and not counted:\n${notRun.map((name) => `  ${name}\n`).join('')}`;
  if (total.passed === 0 && total.failed === 0) yield '\nNo test was found.\n';
  // node --test itself is content with skipped tests, and with none at all.
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
  yield `\n${counts(total)}\n`;
}

function judge(
  event: Report,
  isParent: boolean,
): 'passed' | 'not counted' | { readonly problem: string } | { readonly reason: string } {
  if (event.type === 'test:fail') {
    const { error } = event.data.details;
    if ('failureType' in error && error.failureType === 'subtestsFailed') return 'not counted';
    return { problem: inspect(error.cause ?? error) };
  }
  const { skip, todo } = event.data;
  if (typeof skip === 'string' && skip.startsWith(NOT_RUN)) return { reason: skip.slice(NOT_RUN.length) };
  if (skip !== undefined && skip !== false)
    return { problem: 'skipped: a test runs, or says by notRun() why it cannot' };
  if (todo !== undefined && todo !== false) return { problem: 'todo: finish the test or remove it' };
  if (isFile(event)) return { problem: 'holds no test' };
  return isParent ? 'not counted' : 'passed';
}

/** The file as a whole, which Node reports like a test if it contains no tests or failed. */
function isFile({ data }: Report): boolean {
  return data.nesting === 0 && data.file !== undefined && resolve(data.name) === data.file;
}

function counts({ passed, failed }: { passed: number; failed: number }): string {
  return `${passed} passed, ${failed} failed`;
}
