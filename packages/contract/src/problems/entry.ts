/** One thing that can go wrong: its HTTP status (for items, the status it would have alone), words and correction. */
export interface ProblemEntry {
  readonly status: number;
  readonly message: string;
  readonly correction: string;
}

export const entry = (status: number, message: string, correction: string): ProblemEntry => ({
  status,
  message,
  correction,
});
