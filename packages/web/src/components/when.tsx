import { useTimeZone } from '../api/session-queries.ts';
import { dateAndTime, exactTime } from '../words/times.ts';

/** A moment in the organization's time zone; exact on hover. */
export function When({ iso }: { readonly iso: string }) {
  const timeZone = useTimeZone();
  return (
    <time dateTime={iso} title={exactTime(iso, timeZone)}>
      {dateAndTime(iso, timeZone)}
    </time>
  );
}
