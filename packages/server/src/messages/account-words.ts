import { letter, type Message, type Words } from './message.ts';

/** The link is made when the message goes out: it stands nowhere but in the mail. */
export function claimWords(message: Message): Words {
  return letter(message, 'your account', [
    `${message.org.name} has made an account for you. Choose your password within seven days:`,
    message.claimAddress ?? '',
    'The link works once. If it has ended, ask your school for a new one.',
  ]);
}
