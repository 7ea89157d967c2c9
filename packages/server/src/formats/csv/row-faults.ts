/** What is wrong with a row before anybody looks at its fields. */
export interface RowFault {
  code: RowFaultCode;
  /** A row with an error must not be imported; with a warning it may. */
  severity: 'error' | 'warning';
  params: RowFaultParams;
}

export interface RowFaultParams {
  /** 1-based. */
  column?: number;
  /** Cells expected and found. */
  expected?: number;
  found?: number;
  max?: number;
  /** The first cells beyond the header. */
  extra?: readonly string[];
}

interface RowFaultText {
  message: (params: RowFaultParams) => string;
  suggestion: string;
}

const TEXTS = {
  row_short: {
    message: ({ expected, found }) =>
      `The row has ${String(found)} cells, the header has ${String(expected)}; the missing ones are taken as empty.`,
    suggestion: 'Check that no delimiter is missing in this row.',
  },
  row_long: {
    message: ({ expected, found, extra = [] }) =>
      `The row has ${String(found)} cells, the header has ${String(expected)}. Too many: ${extra.join(' | ').slice(0, 200)}`,
    suggestion: 'Put cells that contain the delimiter in quotes, or remove the last cells.',
  },
  nul_byte: {
    message: ({ column }) => `Column ${String(column)} contains a NUL byte, which was taken out.`,
    suggestion: 'Type the cell again.',
  },
  cell_too_long: {
    message: ({ column, max }) => `Column ${String(column)} is longer than ${String(max)} characters.`,
    suggestion: 'Shorten the cell.',
  },
  bad_quote: {
    message: () => 'A quote stands in the wrong place, so the cells cannot be told apart.',
    suggestion: 'Put the whole cell in quotes and write a quote inside it twice.',
  },
} satisfies Record<string, RowFaultText>;

export type RowFaultCode = keyof typeof TEXTS;

/** The words of each row fault, made where they are shown. */
export const ROW_FAULT_TEXTS: Readonly<Record<RowFaultCode, RowFaultText>> = TEXTS;
