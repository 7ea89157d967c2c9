/** The columns that an error report adds behind those of the file. */
export const REPORT_COLUMNS = ['row_number', 'code', 'message', 'suggestion'] as const;

/** Used instead where the file has a column of one of those names. */
export const REPORT_COLUMNS_PREFIXED = REPORT_COLUMNS.map((name) => `import_${name}`);

/** How many columns of a header are the file's own: all but the four at the end of a report. */
export function ownWidth(header: readonly string[]): number {
  const end = header.slice(-REPORT_COLUMNS.length).join();
  const isReport = end === REPORT_COLUMNS.join() || end === REPORT_COLUMNS_PREFIXED.join();
  return isReport ? header.length - REPORT_COLUMNS.length : header.length;
}

export function isReportColumn(name: string, header: readonly string[]): boolean {
  return header.indexOf(name) >= ownWidth(header);
}
