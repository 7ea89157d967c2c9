import type { Command } from 'commander';
import { show, type Cli } from '../cli.ts';
import { asJson, databaseOf, onDatabase } from './options.ts';

interface MigrateOptions {
  readonly appRole?: string;
  readonly json?: boolean;
}

export function migrateCommand(program: Command, cli: Cli): void {
  const command = program.command('migrate').description('bring a database to the present schema, as its owner');
  onDatabase(asJson(command))
    .option('--app-role <name>', 'the role that serve and work run as; made when missing (default: muster_app)')
    .action(async ({ appRole, json }: MigrateOptions) => {
      const { migrate } = await import('@muster/server');
      const ran = await migrate({ ...databaseOf(command), appRole });
      const words = ran.length === 0 ? 'The database is up to date.' : `Ran ${ran.join(', ')}.`;
      show(cli, { json }, { migrations: ran }, words);
    });
}
