/** Something wrong with one field of one row: a code and what its words need, not the words. */
export interface Fault {
  code: FaultCode;
  field: string;
  value: unknown;
  params?: FaultParams;
  /** Words that a validation rule brings itself. */
  message?: string;
}

export interface FaultParams {
  min?: number;
  max?: number;
  allowed?: readonly string[];
  format?: string;
  other?: string;
  /** Both readings of an ambiguous date, ISO. */
  readings?: readonly string[];
}

interface FaultText {
  message: (fault: Fault) => string;
  suggestion?: string;
}

const shown = ({ value }: Fault): string =>
  `"${typeof value === 'string' ? value.slice(0, 80) : JSON.stringify(value)}"`;

const TEXTS = {
  required: { message: ({ field }) => `${field} is missing.`, suggestion: 'Fill in the cell.' },
  bad_email: {
    message: (fault) => `${shown(fault)} is not an e-mail address.`,
    suggestion: 'Write it like name@example.org.',
  },
  bad_integer: { message: (fault) => `${shown(fault)} is not a whole number.`, suggestion: 'Use digits only.' },
  bad_number: {
    message: (fault) => `${shown(fault)} is not a number in the stated format.`,
    suggestion: 'Check the decimal and thousands signs of the mapping.',
  },
  bad_date: {
    message: (fault) => `${shown(fault)} is not a date (${fault.params?.format ?? 'YYYY-MM-DD'}).`,
    suggestion: 'Write dates as YYYY-MM-DD, or state the format of the column.',
  },
  ambiguous_date: {
    message: (fault) => `${shown(fault)} can be read as ${(fault.params?.readings ?? []).join(' or ')}.`,
    suggestion: 'State whether day or month comes first in this column.',
  },
  bad_timestamp: {
    message: (fault) => `${shown(fault)} is not a point in time.`,
    suggestion: 'Write it like 2026-01-31T08:00:00Z.',
  },
  bad_boolean: { message: (fault) => `${shown(fault)} is neither yes nor no.`, suggestion: 'Use true or false.' },
  not_one_of: {
    message: (fault) => `${shown(fault)} is not one of ${(fault.params?.allowed ?? []).slice(0, 12).join(', ')}.`,
    suggestion: 'Use one of the listed values.',
  },
  role_not_supported: {
    message: (fault) => `People with the role ${shown(fault)} cannot be imported.`,
    suggestion: 'Leave this row out, or give the person another role.',
  },
  role_administers: {
    message: (fault) => `The role ${shown(fault)} gives administration, which a file does not hand out.`,
    suggestion: 'Give the person another role in the file, and administration by hand afterwards.',
  },
  first_of_several: {
    message: (fault) => `Of ${shown(fault)} only the first is taken.`,
    suggestion: 'Enter the others by hand if they are needed.',
  },
  too_short: { message: ({ field, params }) => `${field} needs at least ${String(params?.min)} characters.` },
  too_long: {
    message: ({ field, params }) => `${field} may have at most ${String(params?.max)} characters.`,
    suggestion: 'Shorten the text.',
  },
  pattern_mismatch: { message: (fault) => `${shown(fault)} does not have the required form.` },
  date_order: {
    message: ({ field, params }) => `${field} is later than ${params?.other ?? ''}.`,
    suggestion: 'Check both dates.',
  },
  control_character: {
    message: ({ field }) => `${field} contains a character that cannot be shown.`,
    suggestion: 'Type the text again.',
  },
  spreadsheet_error: {
    message: (fault) => `${shown(fault)} is an error of the spreadsheet, not a value.`,
    suggestion: 'Put the formula right in the spreadsheet, or write the value in its place.',
  },
  damaged_text: {
    message: (fault) => `${shown(fault)} has characters that were lost before.`,
    suggestion: 'Export the file again as UTF-8, or choose its encoding.',
  },
  spreadsheet_number: {
    message: (fault) => `${shown(fault)} looks like an identifier that a spreadsheet shortened.`,
    suggestion: 'Format the column as text in the spreadsheet and enter the identifier again.',
  },
} satisfies Record<string, FaultText>;

export type FaultCode = keyof typeof TEXTS;

/** The words of each fault, made where they are shown. */
export const FAULT_TEXTS: Readonly<Record<FaultCode, FaultText>> = TEXTS;
