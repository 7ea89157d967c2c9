/** Something that people should know about the file although it can be read; its words stand in `reading/note-words.ts`. */
export type FileNotice =
  { code: 'column_unnamed'; column: number; name: string } | { code: 'blank_rows_skipped'; count: number };
