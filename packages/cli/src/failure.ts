import { EXIT, type ExitCode } from './exit-codes.ts';

/** What is wrong with one field or one row, as the server says it. */
export interface Fault {
  readonly code: string;
  readonly field: string;
  readonly message: string;
  readonly correction: string;
}

/** The end of a command that could not do its work: words for people, a document for scripts, an exit code. */
export class Failure extends Error {
  readonly exitCode: ExitCode;
  readonly faults: readonly Fault[];
  /** Printed with --json: the server's problem document, or one of the same form. */
  readonly document: Readonly<Record<string, unknown>>;

  constructor(
    exitCode: ExitCode,
    message: string,
    faults: readonly Fault[] = [],
    document: Readonly<Record<string, unknown>> = { message, errors: faults },
  ) {
    super(message);
    this.name = 'Failure';
    this.exitCode = exitCode;
    this.faults = faults;
    this.document = document;
  }
}

/** A wrong command line. */
export function usage(message: string): Failure {
  return new Failure(EXIT.usage, message);
}

/** What went wrong, where, and how to correct it. */
export function failureText(failure: Failure): string {
  const lines = failure.faults.flatMap(({ field, message, correction }) => [
    ...(message === '' || (message === failure.message && field === '')
      ? []
      : [`  ${field === '' ? '' : `${field}: `}${message}`]),
    ...(correction === '' ? [] : [`  → ${correction}`]),
  ]);
  const isError = failure.exitCode !== EXIT.interrupted;
  return [isError ? `error: ${failure.message}` : failure.message, ...lines].join('\n');
}
