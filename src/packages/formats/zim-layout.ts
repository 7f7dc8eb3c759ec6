/**
 * A ZIM file, version 6.1, as Kiwix reads it: https://wiki.openzim.org/wiki/ZIM_file_format. Many files in few compressed clusters,
 * and lists that find a file by its path or a page by its title.
 *
 * Little-endian. Paths begin with a namespace: C is content, M metadata, W the main page, X lists for readers. The content `a`, with
 * the title `A` and the bytes `hi`, is this ZIM of 303 bytes, if no cluster is compressed and the identifier is all ones:
 *
 *     header         5a 49 4d 04               magic number
 *                    06 00 01 00               version 6.1
 *                    11 11 11 11 11 11 11 11 11 11 11 11 11 11 11 11   identifier
 *                    03 00 00 00               entries
 *                    02 00 00 00               clusters
 *                    eb 00 00 00 00 00 00 00   where the path pointers are: 235
 *                    03 01 00 00 00 00 00 00   where the title pointers are: 259
 *                    0f 01 00 00 00 00 00 00   where the cluster pointers are: 271
 *                    50 00 00 00 00 00 00 00   where the media types are; must be 80
 *                    01 00 00 00               main page: the second entry
 *                    ff ff ff ff               layout page: none
 *                    1f 01 00 00 00 00 00 00   where the MD5 digest is: 287
 *     media types    61 70 70 6c … 69 6e 67 00 "application/octet-stream+zimlisting", NUL
 *                    74 65 78 74 2f 70 6c 61 69 6e 00   "text/plain", NUL
 *                    00                        end of the list
 *     first cluster  01                        not compressed (5: all that follows is zstd)
 *                    08 00 00 00               where the first blob is: 8 bytes after this number
 *                    0a 00 00 00               where it ends
 *                    68 69                     the blob
 *     second cluster 01 08 00 00 00 0c 00 00 00   not compressed; from 8 to 12
 *                    00 00 00 00               the list of pages by title: the first entry
 *     entries        01 00 00 43 00 00 00 00   media type 1; no parameters; C; revision 0
 *                    00 00 00 00 00 00 00 00   in the first cluster, the first blob
 *                    61 00 41 00               path, NUL, title, NUL
 *                    ff ff 00 57 00 00 00 00   a redirect in W
 *                    00 00 00 00               to the first entry
 *                    6d 61 69 6e 50 61 67 65 00 00   "mainPage", NUL, no title: that is the path
 *                    00 00 00 58 00 00 00 00   media type 0; X
 *                    01 00 00 00 00 00 00 00   in the second cluster, the first blob
 *                    6c 69 73 74 … 76 31 00 00 "listing/titleOrdered/v1", NUL, no title
 *     path pointers  …                         where each entry is, in the order of namespace and path; 64 bits each
 *     title pointers 00 00 00 00 01 00 00 00 02 00 00 00   numbers of the entries, in the order of namespace and title
 *     cluster pointers …                       where each cluster is; 64 bits each
 *     digest         …                         MD5 of all bytes before; 16 bytes
 */

export const HEADER_BYTES = 80;
export const MD5_BYTES = 16;
export const MAGIC = 0x044d495a;
export const MAJOR = 6;
/** From 6.3 on, writers leave out the title pointers, which readers of 2022 and before need. */
export const MINOR = 1;
/** In a header: there is no such page. */
export const NO_PAGE = 0xffffffff;
/** Instead of a media type: the entry is a redirect. */
export const REDIRECT = 0xffff;
/** The first byte of a cluster. */
export const CLUSTER_KINDS = { stored: 1, zstd: 5 } as const;
export type ClusterKind = keyof typeof CLUSTER_KINDS;

/** The list of pages in the order of their titles, with which readers suggest pages. */
export const LISTING = 'listing/titleOrdered/v1';
export const LISTING_TYPE = 'application/octet-stream+zimlisting';
export const MAIN_PAGE = 'mainPage';

export function setUint64(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}
