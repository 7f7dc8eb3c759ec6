/**
 * The code and the markup of a source file. Of an .astro file, the front matter and every script are code, and the rest, without
 * comments and styles, is markup. Each keeps its line numbers, because everything around it is blanked, not cut.
 */
export function splitSource(path: string, text: string): { codes: string[]; markup: string } {
  if (!path.endsWith('.astro')) return { codes: [text], markup: '' };
  const codes: string[] = [];
  let markup = text;
  const takeOut = (start: number, length: number): string => {
    const end = start + length;
    markup = markup.slice(0, start) + blank(markup.slice(start, end)) + markup.slice(end);
    return blank(text.slice(0, start)) + text.slice(start, end);
  };

  const frontMatter = /^(\s*---[^\n]*\n)([\s\S]*?)^---/m.exec(text);
  if (frontMatter?.index === 0) {
    const [, fence = '', body = ''] = frontMatter;
    codes.push(takeOut(fence.length, body.length));
  }
  for (const comment of markup.matchAll(/<!--[\s\S]*?-->|\{\s*\/\*[\s\S]*?\*\/\s*\}/g))
    takeOut(comment.index, comment[0].length);
  for (const element of markup.matchAll(/(<(script|style)\b[^>]*>)([\s\S]*?)<\/\2\s*>/gi)) {
    const [, tag = '', name = '', body = ''] = element;
    const code = takeOut(element.index + tag.length, body.length);
    if (name.toLowerCase() === 'script' && !/\btype\s*=\s*["']application\//.test(tag)) codes.push(code);
  }
  return { codes, markup };
}

function blank(text: string): string {
  return text.replace(/[^\n]/g, ' ');
}
