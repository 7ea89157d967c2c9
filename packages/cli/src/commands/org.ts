import { Option, type Command } from 'commander';
import { show, type Cli } from '../cli.ts';
import { asJson, databaseOf, fromFile, onDatabase } from './options.ts';
import { passwordOption } from './admin.ts';

interface CreateOrgOptions {
  readonly name: string;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly timezone?: string;
  readonly json?: boolean;
}

export function orgCommand(program: Command, cli: Cli): void {
  const org = program.command('org').description('organizations, straight in the database');
  const command = org.command('create');
  const password = passwordOption('--admin-password <password>', 'MUSTER_ADMIN_PASSWORD');
  onDatabase(asJson(command))
    .description('make an organization and its first subscriber_admin')
    .requiredOption('--name <name>', 'of the organization')
    .requiredOption(
      '--admin-email <address>',
      'of the administrator; an account that has it is given this organization too',
    )
    .addOption(password)
    .addOption(fromFile(password))
    .addOption(new Option('--timezone <zone>', 'for dates without a time, such as Europe/Paris'))
    .action(async (options: CreateOrgOptions) => {
      const { createOrg } = await import('@muster/server');
      const { name, adminEmail, adminPassword, timezone, json } = options;
      const made = await createOrg({ ...databaseOf(command), name, adminEmail, adminPassword, timezone });
      show(cli, { json }, made, `org_id  ${made.org_id}\nuser_id ${made.user_id}`);
    });
}
