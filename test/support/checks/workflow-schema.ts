/** Judges workflows as GitHub does: by its own parser and schema, expressions and their contexts included. */
import { registerHooks } from 'node:module';

// The package imports its schema, a JSON file, without saying so; bundlers accept that and Node does not.
registerHooks({
  load: (url, context, next) =>
    next(url, /\/@actions\/.*\.json$/.test(url) ? { ...context, importAttributes: { type: 'json' } } : context),
});
const { convertWorkflowTemplate, NoOperationTraceWriter, parseWorkflow } = await import('@actions/workflow-parser');

/** What GitHub would refuse in a workflow, with the line. @param name of the file. */
export async function workflowErrors(name: string, content: string): Promise<readonly string[]> {
  const { context, value } = parseWorkflow({ name, content }, new NoOperationTraceWriter());
  const parsed = context.errors.getErrors().map(({ message }) => message);
  if (value === undefined) return parsed;
  const { errors = [] } = await convertWorkflowTemplate(context, value);
  return [...new Set([...parsed, ...errors.map(({ Message }) => Message)])];
}
