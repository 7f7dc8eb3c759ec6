/** The data of pages for verification in the reader's browser. */
import { bundlesInPage } from '../../formats/bundle-script.ts';
import { safeJson } from '../../formats/json-text.ts';
import {
  bundleScriptPath,
  receivedBundleFile,
  recordPage,
  relativeLink,
  VERIFIER_SCRIPT,
  VERIFY,
  VERIFY_BUTTON_SCRIPT,
} from '../../mirror/base/paths.ts';
import type { SiteContext } from '../../mirror/plan/catalogue.ts';
import type { RecordEntry } from '../../mirror/plan/plan.ts';
import type { Finding, Trust } from '../../protocol/index.ts';
import type { PageData } from '../shared/page-data.ts';

export interface VerifyHereView {
  /** {@link PageData}, for a data block. */
  readonly json: string;
  /** Whether the bundles are in a script next to the page, because they are too large to be in it. */
  readonly areBundlesOutside: boolean;
  /** The received bundles, if the published one was assembled from them and so carries no signature; else empty. */
  readonly received: readonly { readonly href: string; readonly name: string }[];
  /** Links from the record's page. */
  readonly links: {
    readonly button: string;
    readonly verifier: string;
    readonly bundles: string;
    readonly page: string;
  };
}

/** Findings across the records of a mirror, which no single record's bundles show. */
const ACROSS: ReadonlySet<Finding['code']> = new Set(['short_number_collision', 'alias_conflict']);

const dataJson = (data: PageData): string => safeJson(JSON.stringify(data));

/** The data block of the page that verifies any bundle. */
export function verifyPageJson({ trust }: Pick<SiteContext, 'trust'>): string {
  return dataJson({ trust: trustText(trust), claims: null, bundles: null });
}

/** The keys of a mirror as the text of a trust file, in one line. */
export function trustText({ keys }: Pick<Trust, 'keys'>): string {
  const members = keys.map(({ keyId, role, publicKeyHex, fingerprint }) => ({
    key_id: keyId,
    public_key_hex: publicKeyHex,
    role,
    fingerprint_sha256_hex: fingerprint,
  }));
  return JSON.stringify({ keys: members });
}

/** Null for a record without a bundle: there is nothing to verify. */
export function verifyHereView(entry: RecordEntry, { trust }: Pick<SiteContext, 'trust'>): VerifyHereView | null {
  const { merged, identified, findings } = entry;
  if (merged === null) return null;
  const page = recordPage(identified.suffix);
  const bundles = bundlesInPage(entry);
  const own = findings.map(({ code }) => code).filter((code) => !ACROSS.has(code));
  return {
    json: dataJson({
      trust: trustText(trust),
      claims: {
        pithNumber: identified.pithNumber,
        stateSha256: merged.state.sha256,
        findings: [...new Set(own)],
      },
      bundles,
    }),
    received:
      merged.published.kind === 'received'
        ? []
        : entry.received.map(({ bytesSha256 }) => ({
            href: relativeLink(page, receivedBundleFile(identified.suffix, bytesSha256)),
            name: `${bytesSha256}.json`,
          })),
    areBundlesOutside: bundles === null,
    links: {
      button: relativeLink(page, VERIFY_BUTTON_SCRIPT),
      verifier: relativeLink(page, VERIFIER_SCRIPT),
      bundles: relativeLink(page, bundleScriptPath(identified.suffix)),
      page: relativeLink(page, VERIFY),
    },
  };
}
