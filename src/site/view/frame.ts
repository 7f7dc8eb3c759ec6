/** The links of every page, relative to it. Pure. */
import {
  browsePage,
  HOME,
  ICON,
  MIRRORS,
  REPORT,
  relativeLink,
  reportPage,
  SEARCH,
  SIGNING_KEY,
  STYLE,
  VERIFY,
} from '../../mirror/base/paths.ts';
import { canonicalUrl } from './head.ts';

export interface FrameLinks {
  readonly style: string;
  readonly icon: string;
  readonly home: string;
  /** Absolute, if the mirror knows its own address. */
  readonly canonical: string | null;
}

export interface SiteLinks {
  readonly browse: string;
  readonly search: string;
  readonly verify: string;
  readonly report: string;
  readonly reportData: string;
  readonly mirrors: string;
  readonly key: string;
}

/** @param page published path of the page. */
export function frameLinks(page: string, site: string | null): FrameLinks {
  return {
    style: relativeLink(page, STYLE),
    icon: relativeLink(page, ICON),
    home: relativeLink(page, HOME),
    canonical: site === null ? null : canonicalUrl(site, page),
  };
}

export function siteLinks(page: string): SiteLinks {
  return {
    browse: relativeLink(page, browsePage()),
    search: relativeLink(page, SEARCH),
    verify: relativeLink(page, VERIFY),
    report: relativeLink(page, reportPage()),
    reportData: relativeLink(page, REPORT),
    mirrors: relativeLink(page, MIRRORS),
    key: relativeLink(page, SIGNING_KEY),
  };
}
