// The WHATWG Encoding interfaces that every runtime of this layer has (Node, browsers). They are declared by
// hand because the layer is type-checked with neither the DOM's nor Node's types: see ../README.md.
declare class TextEncoder {
  encode(text: string): Uint8Array;
}
declare class TextDecoder {
  constructor(label: 'utf-8', options: { fatal: boolean; ignoreBOM: true });
  decode(bytes: Uint8Array): string;
}
