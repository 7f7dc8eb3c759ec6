/**
 * Decides which addresses a download may contact. Pure.
 *
 * A source on the public internet must not be able to make this program fetch from the operator's own network, neither
 * by a redirect nor by a URL pattern in its manifest. A source that is itself local may name local addresses.
 */
import { BlockList, isIP } from 'node:net';

/** The most redirects that one request follows. */
export const MAX_REDIRECTS = 5;

const local = new BlockList();
// IANA's special-purpose address registries: everything that is not reachable from the whole internet.
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  local.addSubnet(network, prefix, 'ipv4');
for (const [network, prefix] of [
  // Unspecified, loopback, and IPv4 addresses in the form that was given up for `::ffff:`.
  ['::', 96],
  ['64:ff9b:1::', 48],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  local.addSubnet(network, prefix, 'ipv6');

/** The IPv4 address inside an IPv6 one (`::ffff:10.0.0.1`, NAT64, 6to4), as four numbers with dots; null if there is none. */
function embeddedIpv4(address: string): string | null {
  const host = URL.parse(`http://[${address}]/`)?.hostname ?? '';
  const [, high = '', low = ''] =
    /^\[(?:::ffff:|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})\]$/.exec(host) ??
    /^\[2002:([0-9a-f]{1,4}):([0-9a-f]{0,4}):/.exec(host) ??
    [];
  if (high === '') return null;
  const bytes = [high, low].flatMap((group) => {
    const value = Number.parseInt(group || '0', 16);
    return [value >> 8, value & 255];
  });
  return bytes.join('.');
}

/** Whether an IP address is loopback, private, link-local or otherwise not public. @throws RangeError if it is no IP. */
export function isLocalAddress(address: string): boolean {
  const [plain = ''] = address.split('%', 1);
  const family = isIP(plain);
  if (family === 0) throw new RangeError(`expected an IP address, got ${address}`);
  if (family === 4) return local.check(plain, 'ipv4');
  const inside = embeddedIpv4(plain);
  return inside === null ? local.check(plain, 'ipv6') : local.check(inside, 'ipv4');
}

/** The host of a URL as `dns.lookup` takes it: an IPv6 address without its brackets. */
export const lookupName = (url: URL): string => url.hostname.replace(/^\[(.*)\]$/, '$1');

/**
 * Why a redirect must not be followed, in words; null if it may be. The address it leads to is judged separately.
 *
 * @param from the URL that answered.
 * @param to the `Location` header; null if the answer had none.
 */
export function redirectProblem(from: URL, to: string | null): string | null {
  if (to === null) return 'the redirect has no Location header';
  const target = URL.parse(to, from);
  if (target === null) return `the redirect leads to ${JSON.stringify(to)}, which is not a URL`;
  if (target.protocol !== 'http:' && target.protocol !== 'https:')
    return `the redirect leads to ${target.protocol} (${target.href}); only http and https are followed`;
  if (from.protocol === 'https:' && target.protocol === 'http:')
    return `the redirect leads from https to http (${target.href})`;
  if (target.username !== '' || target.password !== '') return 'the redirect contains a user name or a password';
  return null;
}
