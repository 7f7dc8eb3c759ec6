/** The address of a mirror, as the operator writes it. Pure. */

/** The URL with `/` at its end; null unless it is an http or https URL of a folder. */
export function siteUrl(text: string): string | null {
  const url = URL.parse(text);
  if (
    url === null ||
    !/^https?:$/.test(url.protocol) ||
    url.username !== '' ||
    url.password !== '' ||
    /\.html?$/.test(url.pathname) ||
    url.search !== '' ||
    url.hash !== ''
  )
    return null;
  return url.href.endsWith('/') ? url.href : `${url.href}/`;
}
