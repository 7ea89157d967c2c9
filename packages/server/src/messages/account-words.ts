import { z } from 'zod';
import { letter, type Message, type Words } from './message.ts';

/** The link is made when the message goes out: it stands nowhere but in the mail. */
export function claimWords(message: Message): Words {
  return letter(message, 'your account', [
    `${message.org.name} has made an account for you. Choose your password within seven days:`,
    message.claimAddress ?? '',
    'The link works once. If it has ended, ask your school for a new one.',
  ]);
}

const madeByOther = z.looseObject({ by: z.string() });
const made = madeByOther.extend({ at: z.string() });
const used = z.looseObject({ at: z.string(), ip: z.string().nullable() });

/** To somebody who has an account: the link goes to nobody else. */
export function newLinkWords(message: Message): Words {
  const { by } = madeByOther.parse(message.payloads[0]);
  return letter(message, 'choose a new password', [
    `${by} has asked us to send you a new sign-in link. Choose your password within seven days:`,
    message.claimAddress ?? '',
    'The link works once. Until you use it, your present password stays.',
    IF_UNEXPECTED,
  ]);
}

export function forgottenWords(message: Message): Words {
  return letter(message, 'choose a new password', [
    'Somebody, probably you, said at the sign-in that your password is forgotten. Choose a new one within seven days:',
    message.claimAddress ?? '',
    'The link works once. Until you use it, your present password stays. If it was not you, you need do nothing.',
  ]);
}

/** To the person whose link somebody else has in hand. */
export function linkMadeWords(message: Message): Words {
  const { by, at } = made.parse(message.payloads[0]);
  return letter(message, 'a sign-in link was made for you', [
    `On ${momentWords(at, message)} ${by} made a sign-in link for you. Whoever has it can choose your password, once, within seven days.`,
    IF_UNEXPECTED,
  ]);
}

export function linkUsedWords(message: Message): Words {
  const { at, ip } = used.parse(message.payloads[0]);
  const from = ip === null ? '' : `, from the address ${ip}`;
  return letter(message, 'your password was set', [
    `On ${momentWords(at, message)} a sign-in link was used to set the password of your account${from}. Sign-ins that were open have ended.`,
    IF_UNEXPECTED,
  ]);
}

const IF_UNEXPECTED = 'If you do not expect this, tell your school at once.';

function momentWords(at: string, { org }: Message): string {
  const said = new Intl.DateTimeFormat('en-GB', { dateStyle: 'long', timeStyle: 'short', timeZone: org.timezone });
  return said.format(new Date(at));
}
