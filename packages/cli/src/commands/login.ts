import { signIn } from '@muster/contract';
import type { Command } from 'commander';
import { show, type Cli } from '../cli.ts';
import { usage } from '../failure.ts';
import { connectTo } from '../server/api.ts';
import { credentialsFile, keepCredentials, serverUrl } from '../server/credentials.ts';
import { personText } from '../show/person.ts';
import { asJson } from './options.ts';

interface LoginOptions {
  readonly url?: string;
  readonly email?: string;
  readonly username?: string;
  readonly password?: string;
  readonly organization?: string;
  readonly json?: boolean;
}

export function loginCommand(program: Command, cli: Cli): void {
  asJson(program.command('login'))
    .description('sign in at a server and keep the sign-in for the commands that follow')
    .option('--url <address>', 'the server (or MUSTER_URL; default: http://127.0.0.1:4000)')
    .option('--email <address>', 'who you are')
    .option('--username <name>', 'who you are, where you have no e-mail')
    .option(
      '--password <password>',
      'better given as MUSTER_PASSWORD, or typed when asked: others may see command lines',
    )
    .option('--organization <id>', 'the organization to act in, for accounts with several')
    .action((options: LoginOptions) => login(cli, options));
}

async function login(cli: Cli, options: LoginOptions): Promise<void> {
  const url = serverUrl(cli.terminal, options.url);
  const name = options.email ?? options.username ?? (await answer(cli, 'E-mail or user name: ', '--email'));
  const password = options.password ?? cli.terminal.env['MUSTER_PASSWORD'] ?? (await answerSecret(cli));
  const { organization } = options;
  const body = { login: name, password, ...(organization === undefined ? {} : { organization }) };
  const { token, ...person } = await connectTo({ url }).post(signIn, '/api/login', body);
  keepCredentials(cli.terminal, { url, token, organization });
  const document = { url, credentials_file: credentialsFile(cli.terminal), ...person };
  show(cli, options, document, `Signed in at ${url}.\n${personText(person)}`);
}

async function answer({ terminal }: Cli, question: string, flag: string): Promise<string> {
  if (!terminal.isInteractive) throw usage(`Give ${flag}: nobody is here to be asked.`);
  return terminal.ask(question);
}

async function answerSecret({ terminal }: Cli): Promise<string> {
  if (!terminal.isInteractive) throw usage('Give the password as MUSTER_PASSWORD: nobody is here to be asked.');
  return terminal.askSecret('Password: ');
}
