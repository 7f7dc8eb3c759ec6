/** Names derived from an arXiv id. Pure. */

const ARXIV_ID = /^(?:\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?\/\d{7})$/;

/** Whether an id has the form of an arXiv id, old or new. Only such ids become links. */
export const isArxivId = (id: string): boolean => ARXIV_ID.test(id);

export function arxivUrl(id: string, version: number): string | null {
  return isArxivId(id) ? `https://arxiv.org/abs/${id}v${version}` : null;
}

/** The DOI that arXiv registers for a paper, as upstream's alias writes it. */
export function arxivDoi(id: string): string | null {
  return isArxivId(id) ? `10.48550/arxiv.${id}` : null;
}

export const doiUrl = (doi: string): string => `https://doi.org/${doi}`;
