/** Something that people should know about the file although it can be read. */
export type FileNotice =
  | { code: 'encoding_guessed'; encoding: string }
  | { code: 'column_unnamed'; column: number; name: string }
  | { code: 'blank_rows_skipped'; count: number };

/** The words of a notice, made where it is shown. */
export function noticeText(notice: FileNotice): string {
  switch (notice.code) {
    case 'encoding_guessed':
      return `The file is not UTF-8 and was read as ${notice.encoding}. Check names with accents, or state the encoding.`;
    case 'column_unnamed':
      return `Column ${String(notice.column)} has no name and is called ${notice.name}.`;
    case 'blank_rows_skipped':
      return `${String(notice.count)} blank lines were skipped.`;
  }
}
