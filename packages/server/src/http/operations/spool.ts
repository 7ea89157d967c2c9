/** A file on its way in, kept outside of memory until it is whole. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { open, unlink, writeFile, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';

const PIECE_BYTES = 256 * 1024;

/**
 * Writes all of `source` to a file and lets `work` read it from the start.
 *
 * The file loses its name before anything is written: nobody else can open it, and nothing is left of it when we end,
 * however we end.
 * @param dir - Where there is room; the folder for temporary files when left out.
 */
export async function spooled<T>(
  source: Readable,
  dir: string | undefined,
  work: (open: () => Readable) => Promise<T>,
): Promise<T> {
  const at = path.join(dir ?? tmpdir(), `muster-upload-${randomUUID()}`);
  const handle = await open(at, constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600);
  try {
    await unlink(at);
    await writeFile(handle, source);
    return await work(() => Readable.from(pieces(handle), { objectMode: false }));
  } finally {
    await handle.close();
  }
}

/** Read by hand: a stream would close the file by its number, which may be somebody else's by then. */
async function* pieces(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let at = 0; ;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(PIECE_BYTES), 0, PIECE_BYTES, at);
    if (bytesRead === 0) return;
    at += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}
