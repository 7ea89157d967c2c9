import type { Readable } from 'node:stream';

/** Bytes that decide on format, encoding and delimiter. */
const SAMPLE_BYTES = 65_536;
/** Bytes decoded at a time, so that a source that gives all at once is still read in slices. */
const PIECE_BYTES_MAX = 131_072;

/** The bytes of a stream in pieces of bounded size. */
export async function* readPieces(source: Readable): AsyncGenerator<Buffer, undefined> {
  const chunks: AsyncIterable<unknown> = source;
  for await (const chunk of chunks) {
    const bytes = toBuffer(chunk);
    for (let at = 0; at < bytes.length; at += PIECE_BYTES_MAX) {
      yield bytes.subarray(at, at + PIECE_BYTES_MAX);
    }
  }
}

/** The first pieces, together at least SAMPLE_BYTES, or all of them. */
export async function readSample(pieces: AsyncIterator<Buffer>): Promise<{ sample: Buffer; isWhole: boolean }> {
  const taken: Buffer[] = [];
  let length = 0;
  while (length < SAMPLE_BYTES) {
    const next = await pieces.next();
    if (next.done === true) return { sample: Buffer.concat(taken), isWhole: true };
    taken.push(next.value);
    length += next.value.length;
  }
  return { sample: Buffer.concat(taken), isWhole: false };
}

function toBuffer(chunk: unknown): Buffer {
  if (Buffer.isBuffer(chunk)) return chunk;
  if (chunk instanceof Uint8Array) return Buffer.from(chunk.buffer, chunk.byteOffset, chunk.length);
  if (typeof chunk === 'string') return Buffer.from(chunk);
  throw new TypeError('a file must come as bytes');
}
