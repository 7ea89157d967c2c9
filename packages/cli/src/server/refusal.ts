import { EXIT, type ExitCode } from '../exit-codes.ts';
import { Failure, type Fault } from '../failure.ts';

/** @param body - A problem document (RFC 9457) of ours; anything else comes from something between us and the server. */
export function refusal(status: number, body: unknown, url: string): Failure {
  if (!isObject(body) || typeof body['detail'] !== 'string') {
    const message = `${url} answered ${status}, and not in the way a muster server does. Check the address.`;
    return new Failure(exitCodeOf(status), message, [], { status, message, errors: [] });
  }
  const faults = Array.isArray(body['errors']) ? body['errors'].filter(isObject).map(toFault) : [];
  const shown = status === 401 && body['code'] === 'unauthenticated' ? [signInAgain(url)] : faults;
  return new Failure(exitCodeOf(status), body['detail'], [...shown, ...differencesIn(body)], body);
}

export function unreachable(url: string, error: unknown): Failure {
  const message = `${url} does not answer (${reasonOf(error)}).`;
  const correction = 'Check the address, and that `muster serve` runs there.';
  return new Failure(EXIT.unreachable, message, [{ code: 'unreachable', field: '', message: '', correction }]);
}

export function signInAgain(url: string): Fault {
  return { code: 'unauthenticated', field: '', message: '', correction: `Run: muster login --url ${url}` };
}

function exitCodeOf(status: number): ExitCode {
  if (status >= 500) return EXIT.unreachable;
  return status === 401 ? EXIT.notSignedIn : EXIT.refused;
}

function toFault(entry: Record<string, unknown>): Fault {
  return {
    code: text(entry['code']),
    field: text(entry['field']),
    message: text(entry['message']),
    correction: text(entry['correction']),
  };
}

/** What a stale preview differs in, so that a person sees it without asking again. */
function differencesIn(body: Record<string, unknown>): Fault[] {
  if (!Array.isArray(body['differences'])) return [];
  return body['differences']
    .filter(isObject)
    .slice(0, 10)
    .map((difference) => ({
      code: 'difference',
      field: text(difference['label']),
      correction: '',
      message: `was ${text(difference['was'])}, now ${text(difference['now'])}`,
    }));
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Node says "fetch failed" and keeps what happened in the cause. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  if (cause instanceof AggregateError && cause.errors.length > 0) return reasonOf(cause.errors[0]);
  return cause instanceof Error && cause.message !== '' ? cause.message : error.message;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
