import { Option, type Command } from 'commander';
import { show, type Cli } from '../cli.ts';
import { asJson, databaseOf, fromFile, onDatabase } from './options.ts';

interface CreateAdminOptions {
  readonly email: string;
  readonly password: string;
  readonly json?: boolean;
}

export function adminCommand(program: Command, cli: Cli): void {
  const admin = program.command('admin').description('accounts that may act in every organization');
  const command = admin.command('create');
  const password = passwordOption('--password <password>', 'MUSTER_ADMIN_PASSWORD');
  onDatabase(asJson(command))
    .description('make a system_admin, straight in the database')
    .requiredOption('--email <address>', 'to sign in with')
    .addOption(password)
    .addOption(fromFile(password))
    .action(async ({ email, password, json }: CreateAdminOptions) => {
      const { createAdmin } = await import('@muster/server');
      const made = await createAdmin({ ...databaseOf(command), email, password });
      show(cli, { json }, made, `account_id ${made.account_id}`);
    });
}

export function passwordOption(flags: string, variable: string): Option {
  return new Option(flags, 'better given by the environment: others may see command lines')
    .env(variable)
    .makeOptionMandatory();
}
