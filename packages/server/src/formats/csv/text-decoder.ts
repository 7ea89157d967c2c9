import iconv from 'iconv-lite';

/** Turns bytes that arrive in pieces into text, in an encoding other than UTF-8. */
export interface PieceDecoder {
  decode: (bytes: Buffer) => string;
  end: () => string;
}

/** Node's own decoder of windows-1252 gets 0x80 to 0x9F wrong, so iconv-lite decodes what it knows. */
export function openTextDecoder(encoding: string): PieceDecoder {
  if (iconv.encodingExists(encoding)) {
    const decoder = iconv.getDecoder(encoding, { stripBOM: true });
    return { decode: (bytes) => decoder.write(bytes), end: () => decoder.end() ?? '' };
  }
  const decoder = new TextDecoder(encoding);
  return { decode: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() };
}

export function isKnownEncoding(encoding: string): boolean {
  if (iconv.encodingExists(encoding)) return true;
  try {
    return new TextDecoder(encoding).encoding !== '';
  } catch {
    return false;
  }
}
