import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

export const root = join(import.meta.dirname, '../..');

/** A file's path, relative to the root and beginning with a slash, and its text. */
export interface SourceFile {
  path: string;
  text: string;
}

/** @param endings - For example `['.ts', '.sql']`. */
export function readSources(folder: string, endings: readonly string[]): SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => endings.some((ending) => path.endsWith(ending)))
    .filter((path) => !/(^|\/)(node_modules|dist)\//.test(path))
    .sort()
    .map((path) => ({ path: `/${folder}/${path}`, text: readFileSync(join(root, folder, path), 'utf8') }));
}

/** @returns `path:line: what` for each line of which `complaint` says what is wrong. */
export function complaints(
  files: readonly SourceFile[],
  complaint: (line: string, path: string) => string | null,
): string[] {
  return files.flatMap(({ path, text }) =>
    text.split('\n').flatMap((line, index) => {
      const what = complaint(line, path);
      return what === null ? [] : [`${path}:${index + 1}: ${what}`];
    }),
  );
}
