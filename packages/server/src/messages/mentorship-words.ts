import { z } from 'zod';
import { letter, type Message, type Words } from './message.ts';

const payload = z.looseObject({
  recipient: z.enum(['instructor', 'student']),
  assignment_type: z.string(),
  student_name: z.string(),
  instructor_name: z.string(),
  instructor_email: z.string().nullish(),
  instructor_phone: z.string().nullish(),
  notes: z.string().nullish(),
});

/** To the instructor: for whom, as what, and why. To the student: who it is, and how to reach them. */
export function mentorshipAssignedWords(message: Message): Words {
  const told = payload.parse(message.payloads[0]);
  const { assignment_type: type, student_name: student, instructor_name: instructor } = told;
  if (told.recipient === 'instructor') {
    return letter(message, `you are the ${type} of ${student}`, [
      `You are now the ${type} of ${student}.`,
      ...filled(told.notes).map((notes) => `Notes: ${notes}`),
    ]);
  }
  const ways = [...filled(told.instructor_email), ...filled(told.instructor_phone)];
  return letter(message, `${instructor} is your ${type}`, [
    `${instructor} is now your ${type}.`,
    ...(ways.length === 0 ? [] : [`You can reach ${instructor} at ${ways.join(' or ')}.`]),
  ]);
}

export function mentorshipEndedWords(message: Message): Words {
  const told = payload.parse(message.payloads[0]);
  const { assignment_type: type, student_name: student, instructor_name: instructor } = told;
  return told.recipient === 'instructor'
    ? letter(message, `you are no longer the ${type} of ${student}`, [`You are no longer the ${type} of ${student}.`])
    : letter(message, `${instructor} is no longer your ${type}`, [`${instructor} is no longer your ${type}.`]);
}

function filled(text: string | null | undefined): string[] {
  return text == null || text === '' ? [] : [text];
}
