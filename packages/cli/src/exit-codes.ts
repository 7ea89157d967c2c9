/** What a script can rely on. Numbers are never reused for another meaning. */
export const EXIT = {
  done: 0,
  someFailed: 1,
  usage: 2,
  refused: 3,
  notSignedIn: 4,
  unreachable: 5,
  notDone: 6,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

export const EXIT_CODES_TEXT = `
Exit codes:
  0    done
  1    done, but some items failed (of a preview: some cannot be done)
  2    the command line is wrong
  3    the server refused it (4xx)
  4    not signed in
  5    the server or the database cannot be reached, or broke (5xx)
  6    the operation failed, was cancelled, is paused or was not confirmed
  130  interrupted; an operation that was started goes on`;
