/** `14 Mar 2026, 09:30` in the zone of the organization. */
export function dateAndTime(iso: string, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short', timeZone }).format(new Date(iso));
}

/** With seconds and the zone, for who wants to know exactly. */
export function exactTime(iso: string, timeZone: string | undefined): string {
  return new Intl.DateTimeFormat('en-GB', { dateStyle: 'full', timeStyle: 'long', timeZone }).format(new Date(iso));
}

const MINUTE_MS = 60_000;
const STEPS: readonly [unit: 'minute' | 'hour' | 'day', ms: number][] = [
  ['day', 24 * 60 * MINUTE_MS],
  ['hour', 60 * MINUTE_MS],
  ['minute', MINUTE_MS],
];

/** `29 minutes`, `3 days`, rounded down; `less than a minute`. Null once the time has passed. */
export function timeLeft(untilIso: string, nowMs: number): string | null {
  const leftMs = new Date(untilIso).getTime() - nowMs;
  if (leftMs <= 0) return null;
  for (const [unit, ms] of STEPS) {
    const count = Math.floor(leftMs / ms);
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'}`;
  }
  return 'less than a minute';
}

/** `00:01:05` as `1 min 5 s`; null when it is unknown. */
export function clockWords(clock: string): string | null {
  const [hours = Number.NaN, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  if (clock === '' || Number.isNaN(hours)) return null;
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds} s` : `${seconds} s`;
}
