/** A message before it is put into words, and after. */

export interface Words {
  readonly subject: string;
  /** Plain text; lines may be long. */
  readonly text: string;
}

export interface Message {
  readonly topic: string;
  readonly org: { readonly name: string; readonly timezone: string };
  readonly recipient: { readonly id: string; readonly name: string };
  /** What the kind wrote down, once for each row that the message tells of. */
  readonly payloads: readonly unknown[];
  /** Where its operation can be looked at; null where that is not known. */
  readonly operation: { readonly name: string; readonly address: string | null } | null;
  /** Where the recipient sets a password; null where the message has no such link. */
  readonly claimAddress: string | null;
}

/** The frame that all messages share: who is spoken to, and who speaks. */
export function letter(message: Message, subject: string, body: readonly string[]): Words {
  const text = [`Dear ${message.recipient.name},`, ...body, message.org.name].join('\n\n');
  return { subject: `${message.org.name}: ${subject}`, text: `${text}\n` };
}
