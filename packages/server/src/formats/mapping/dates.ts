/** A date as ISO text, or why there is none. */
export type DateReading =
  { date: string } | { fault: 'bad_date' } | { fault: 'ambiguous_date'; readings: readonly string[] };

const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:T\d{2}:\d{2}.{0,20})?$/;
const TWO_FIRST = /^(\d{1,2})([/.-])(\d{1,2})\2(\d{4})$/;
const BAD: DateReading = { fault: 'bad_date' };

/**
 * Reads a date whose format nobody stated: ISO, or day and month in front where only one order is
 * possible. `31.01.2026` with dots is day first everywhere; `03/04/2026` is ambiguous.
 */
export function readDate(text: string): DateReading {
  const iso = ISO.exec(text);
  if (iso !== null) return reading(isoDate(iso[1], iso[2], iso[3]));
  const match = TWO_FIRST.exec(text);
  if (match === null) return BAD;
  const dayFirst = isoDate(match[4], match[3], match[1]);
  const monthFirst = isoDate(match[4], match[1], match[3]);
  if (match[2] === '.' || monthFirst === undefined) return reading(dayFirst);
  if (dayFirst === undefined || dayFirst === monthFirst) return reading(monthFirst);
  return { fault: 'ambiguous_date', readings: [dayFirst, monthFirst] };
}

/**
 * A reader for one stated format, made of `YYYY`, `YY`, `MM`, `M`, `DD`, `D` and any signs between;
 * undefined when the format lacks year, month or day. Two-digit years are 1970 to 2069.
 */
export function dateReader(format: string): ((text: string) => DateReading) | undefined {
  const tokens = format.match(/YYYY|YY|MM?|DD?/g) ?? [];
  const kinds = tokens
    .map((token) => token[0] ?? '')
    .sort()
    .join('');
  if (kinds !== 'DMY' || format.length > 40) return undefined;
  const pattern = format
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/YYYY|YY|MM?|DD?/g, (token) =>
      token === 'YYYY' ? '(\\d{4})' : token === 'YY' ? '(\\d{2})' : '(\\d{1,2})',
    );
  const compiled = new RegExp(`^${pattern}$`);
  const place = (kind: string): number => tokens.findIndex((token) => token.startsWith(kind)) + 1;
  const [year, month, day] = [place('Y'), place('M'), place('D')];
  return (text) => {
    const match = compiled.exec(text);
    return match === null ? BAD : reading(isoDate(fullYear(match[year] ?? ''), match[month], match[day]));
  };
}

/** A point in time as ISO UTC; without a zone it is taken as UTC. Undefined when it is none. */
export function readTimestamp(text: string): string | undefined {
  const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?)(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text);
  if (match === null || 'fault' in readDate(match[1] ?? '')) return undefined;
  const zone = (match[3] ?? 'Z').replace(/^([+-]\d{2})(\d{2})$/, '$1:$2');
  const time = new Date(`${match[1] ?? ''}T${match[2] ?? '00:00'}${zone.toUpperCase()}`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
}

function reading(date: string | undefined): DateReading {
  return date === undefined ? BAD : { date };
}

function fullYear(digits: string): string {
  if (digits.length !== 2) return digits;
  return (Number(digits) < 70 ? '20' : '19') + digits;
}

/** ISO text when the day exists in that month. */
function isoDate(year = '', month = '', day = ''): string | undefined {
  const daysInMonth = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  const isReal = Number(month) >= 1 && Number(month) <= 12 && Number(day) >= 1 && Number(day) <= daysInMonth;
  return isReal && Number(year) >= 1 ? `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}` : undefined;
}
