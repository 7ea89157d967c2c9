import { createTransport } from 'nodemailer';

export interface Mail {
  /** The same at each attempt, so that a receiver can drop doubles. */
  readonly id: string;
  readonly to: { readonly name: string; readonly address: string };
  readonly subject: string;
  readonly text: string;
}

export interface Mailer {
  /** @throws MailRefused when the server will never take this mail, any other error when it may later. */
  send(mail: Mail): Promise<void>;
  close(): void;
}

/** The server knows the address and refuses it for good. */
export class MailRefused extends Error {}

const CONNECT_MS = 10_000;
const ANSWER_MS = 30_000;

/** @param mail.from - `Name <address>` or an address. */
export function openMailer(mail: { smtpUrl: string; from: string }): Mailer {
  const transport = createTransport({
    url: mail.smtpUrl,
    pool: true,
    connectionTimeout: CONNECT_MS,
    greetingTimeout: CONNECT_MS,
    socketTimeout: ANSWER_MS,
  });
  const domain = /@([^\s>]+)/.exec(mail.from)?.[1] ?? 'localhost';
  return {
    send: async ({ id, to, subject, text }) => {
      try {
        await transport.sendMail({
          from: mail.from,
          to: { ...to },
          subject,
          text,
          messageId: `<${id}@${domain}>`,
          headers: { 'Auto-Submitted': 'auto-generated' },
        });
      } catch (error) {
        throw isRefusal(error) ? new MailRefused(String(error)) : error;
      }
    },
    close: () => {
      transport.close();
    },
  };
}

/** Answers of 500 and above to an address are final; to a sign-in they are a mistake in our own settings. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('code' in error) || !('responseCode' in error)) return false;
  return error.code === 'EENVELOPE' && Number(error.responseCode) >= 500;
}
