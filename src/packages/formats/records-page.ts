/** `records.html` of a package that is one of a set: the records that are in this one, since the lists are in the first. */
import type { PackageFacts } from './facts.ts';

export const RECORDS_PAGE = 'records.html';

/** @param suffixes of the records of this package: 26 characters of A–Z and 2–7 each. */
export function* formatRecordsPage(
  { name, parts, index }: PackageFacts,
  suffixes: Iterable<string>,
): Generator<string> {
  const title = `Records in part ${index + 1} of ${parts.length}`;
  yield `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${title}</title>
<meta name="viewport" content="width=device-width">
<link rel="stylesheet" href="data/style.css">
</head>
<body>
<main>
<h1>${title}</h1>
<p>This is ${name}. The lists and the search of the whole mirror are in ${parts[0]}. README.txt says how to put the parts together.</p>
<ul>
`;
  for (const suffix of suffixes) yield `<li><a href="data/pith/${suffix}/index.html">${suffix}</a></li>\n`;
  yield '</ul>\n</main>\n</body>\n</html>\n';
}
