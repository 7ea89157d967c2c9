import { PROBLEMS, type ProblemCode } from './problems.ts';

/** What is wrong with one field or one row, in words a person can act on. */
export interface ProblemError {
  readonly code: string;
  readonly field: string;
  readonly message: string;
  readonly correction: string;
}

export type ProblemDetail = Readonly<Record<string, unknown>>;

/**
 * Expected trouble: refused input, a wrong state, a missing right. Its words come from the catalog, filled with
 * `detail`; `detail` is also given to the client. A broken invariant is no Problem but an ordinary Error.
 */
export class Problem extends Error {
  readonly code: ProblemCode;
  readonly detail: ProblemDetail;
  readonly errors: readonly ProblemError[];

  constructor(code: ProblemCode, detail: ProblemDetail = {}, errors?: readonly ProblemError[]) {
    super(fill(PROBLEMS[code].message, detail));
    this.name = 'Problem';
    this.code = code;
    this.detail = detail;
    this.errors = errors ?? [problemError(code, detail)];
  }

  get status(): number {
    return PROBLEMS[this.code].status;
  }
}

/** The words of a code for one field or item. Codes that the catalog does not know say themselves. */
export function problemError(code: string, detail: ProblemDetail = {}): ProblemError {
  const known = isProblemCode(code) ? PROBLEMS[code] : undefined;
  return {
    code,
    field: typeof detail['field'] === 'string' ? detail['field'] : '',
    message: known === undefined ? code : fill(known.message, detail),
    correction: known === undefined ? '' : fill(known.correction, detail),
  };
}

export function isProblemCode(code: string): code is ProblemCode {
  return Object.hasOwn(PROBLEMS, code);
}

/** Puts `detail.name` where the text says `{name}`. */
function fill(text: string, detail: ProblemDetail): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = detail[name];
    if (value === undefined || value === null) return whole;
    return typeof value === 'string' ? value : JSON.stringify(value);
  });
}

/** @param faults - All there are; the request is refused once. That nobody is selected is a refusal of its own. */
export function invalid(faults: readonly ProblemError[]): Problem {
  const [first] = faults;
  if (faults.length === 1 && first?.code === 'empty_selection')
    return new Problem('empty_selection', { field: first.field }, faults);
  return new Problem('validation_failed', { count: faults.length }, faults);
}

export function invalidField(field: string, reason: string): Problem {
  return invalid([problemError('invalid_value', { field, reason })]);
}
