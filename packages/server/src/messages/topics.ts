/** Every topic of the outbox that becomes mail, with the words of it. */
import { claimWords, forgottenWords, linkMadeWords, linkUsedWords, newLinkWords } from './account-words.ts';
import { assignmentGivenWords, givenToStudentsWords, withdrawnWords } from './assignment-words.ts';
import { instructorAssignedWords, teacherChangedWords } from './batch-words.ts';
import { endedWords, enrolledWords, startedWords } from './enrollment-words.ts';
import { mentorshipAssignedWords, mentorshipEndedWords } from './mentorship-words.ts';
import type { Message, Words } from './message.ts';
import { operationEndedWords, operationPausedWords } from './operation-words.ts';
import { countsWrongWords } from './upkeep-words.ts';

/** What an organization can switch off, in its settings under `messages`. */
export const MESSAGE_SWITCHES = ['enrollment', 'batch', 'mentorship', 'assignment', 'operation'] as const;
export type MessageSwitch = (typeof MESSAGE_SWITCHES)[number];

export interface Topic {
  readonly words: (message: Message) => Words;
  /** Null for what nobody can do without. */
  readonly switch: MessageSwitch | null;
  /** Held until the hour has ended; then all of it that concerns one person is one message. */
  readonly isSummedUp?: true;
  /** Brings a one-time link by which the recipient sets a password: the first one, which who has an account needs no more, or any. */
  readonly bringsClaimLink?: 'first' | 'any';
  /** Not missed where there is nobody, or no address, to send it to. */
  readonly isOptional?: true;
}

export const TOPICS: Readonly<Record<string, Topic>> = {
  'enrollment.created': { words: enrolledWords, switch: 'enrollment' },
  'enrollment.started': { words: startedWords, switch: 'enrollment' },
  'enrollment.ended': { words: endedWords, switch: 'enrollment' },
  'batch.instructor_assigned': { words: instructorAssignedWords, switch: 'batch' },
  'batch.teacher_changed': { words: teacherChangedWords, switch: 'batch', isSummedUp: true },
  'batch.counts_wrong': { words: countsWrongWords, switch: 'batch' },
  'mentorship.assigned': { words: mentorshipAssignedWords, switch: 'mentorship' },
  'mentorship.ended': { words: mentorshipEndedWords, switch: 'mentorship' },
  'assignment.given': { words: assignmentGivenWords, switch: 'assignment' },
  'assignment.given_to_students': { words: givenToStudentsWords, switch: 'assignment' },
  'assignment.withdrawn': { words: withdrawnWords, switch: 'assignment' },
  'account.claim': { words: claimWords, switch: null, bringsClaimLink: 'first' },
  'account.new_link': { words: newLinkWords, switch: null, bringsClaimLink: 'any' },
  'account.forgotten': { words: forgottenWords, switch: null, bringsClaimLink: 'any' },
  'account.link_made': { words: linkMadeWords, switch: null, isOptional: true },
  'account.link_used': { words: linkUsedWords, switch: null, isOptional: true },
  'operation.paused': { words: operationPausedWords, switch: 'operation', isOptional: true },
  'operation.ended': { words: operationEndedWords, switch: 'operation', isOptional: true },
};

/** Topics whose messages wait for the hour to end. */
export const SUMMED_UP = Object.entries(TOPICS).flatMap(([name, { isSummedUp }]) =>
  isSummedUp === true ? [name] : [],
);
