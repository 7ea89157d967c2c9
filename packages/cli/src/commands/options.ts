/** Options that several commands share, with the words of their help. */
import { readFileSync } from 'node:fs';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { connectTo, type Api } from '../server/api.ts';
import { getCredentials } from '../server/credentials.ts';

export interface HttpOptions {
  readonly url?: string;
  readonly organization?: string;
  readonly json?: boolean;
}

/** For commands that talk to a server. */
export function overHttp(command: Command): Command {
  return asJson(command.optionsGroup('Server and output:'))
    .option('--url <address>', 'the server (or MUSTER_URL; default: where you signed in last)')
    .option('--organization <id>', 'the organization to act in (or MUSTER_ORGANIZATION), for accounts with several');
}

export function asJson(command: Command): Command {
  return command.option('--json', 'print one JSON document and nothing else');
}

export function connect(cli: Cli, options: HttpOptions): Api {
  return connectTo(getCredentials(cli.terminal, options));
}

export interface DatabaseOptions {
  readonly dataDir?: string;
  readonly databaseUrl?: string;
}

/** For commands that work on the machine of the database. */
export function onDatabase(command: Command): Command {
  const databaseUrl = new Option('--database-url <url>', 'a PostgreSQL 15 or newer of your own instead').env(
    'DATABASE_URL',
  );
  return command
    .addOption(
      new Option('--data-dir <folder>', 'folder of the embedded PostgreSQL (default: .muster/data)').env(
        'MUSTER_DATA_DIR',
      ),
    )
    .addOption(databaseUrl)
    .addOption(fromFile(databaseUrl));
}

/** A folder named on the command line wins over an address in the environment. */
export function databaseOf(command: Command): DatabaseOptions {
  const { dataDir, databaseUrl } = command.opts<DatabaseOptions>();
  const isFolderMeant =
    command.getOptionValueSource('dataDir') === 'cli' && command.getOptionValueSource('databaseUrl') !== 'cli';
  return isFolderMeant || databaseUrl === undefined
    ? { ...(dataDir === undefined ? {} : { dataDir }) }
    : { databaseUrl };
}

export interface MailOptions {
  readonly smtpUrl?: string;
  readonly mailFrom?: string;
  readonly publicUrl?: string;
}

/** The same by a file that holds nothing else: the command line can be read by others, and so can the environment by some. */
export function fromFile(option: Option): Option {
  const file = new Option(`--${option.name()}-file <file>`, `a file that holds --${option.name()}`).argParser(
    readSecret,
  );
  if (option.envVar !== undefined) file.env(`${option.envVar}_FILE`);
  file.attributeName = () => option.attributeName();
  return file;
}

function readSecret(file: string): string {
  try {
    return readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    throw new InvalidArgumentError(error instanceof Error ? error.message : 'It cannot be read.');
  }
}

/** For commands that deliver messages. */
export function withMail(command: Command): Command {
  const smtpUrl = new Option(
    '--smtp-url <url>',
    'mail server, for example smtps://user:password@mail.example; without one messages wait',
  ).env('MUSTER_SMTP_URL');
  return command
    .addOption(smtpUrl)
    .addOption(fromFile(smtpUrl))
    .addOption(
      new Option('--mail-from <sender>', 'sender of mail, for example "School <office@x.example>"').env(
        'MUSTER_MAIL_FROM',
      ),
    )
    .addOption(
      new Option('--public-url <address>', 'what links in answers and mail point to').env('MUSTER_PUBLIC_URL'),
    );
}

/** The settings of mail alone, out of all options of a command. */
export function mailOf({ smtpUrl, mailFrom, publicUrl }: MailOptions): {
  [name in keyof MailOptions]: string | undefined;
} {
  return { smtpUrl, mailFrom, publicUrl };
}

export interface RunOptions extends HttpOptions {
  readonly dryRun?: boolean;
  readonly yes?: boolean;
  readonly confirmCount?: number;
  /** Somebody has seen how the file was read. */
  readonly acceptGuess?: boolean;
  /** False with --no-watch. */
  readonly watch: boolean;
}

/** For commands that change school data: previewed, confirmed, then watched. */
export function confirmed(command: Command): Command {
  const running = command
    .optionsGroup('Running it:')
    .option('--dry-run', 'stop after the preview; nothing is changed')
    .option('-y, --yes', 'run it without asking')
    .option('--confirm-count <number>', 'the number that a guarded operation asks for', wholeNumber)
    .option('--no-watch', 'start it and return at once');
  return overHttp(running);
}

/** For commands that run what came from a file. */
export function acceptingFiles(command: Command): Command {
  return command.option(
    '--accept-guess',
    'go on with the file as it was read, although columns were left out or values assumed that somebody should look at',
  );
}

export function wholeNumber(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number.');
}
