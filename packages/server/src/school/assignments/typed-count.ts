const PEOPLE_MAX = 500;

/**
 * Whether the number of students has to be typed before anything runs: above 500 of them, or where something that
 * they have is taken away, as by a replacement or by the undo of begun work.
 */
export function needsTypedCount(people: number, takesAway: boolean): boolean {
  return people > PEOPLE_MAX || (takesAway && people > 0);
}
