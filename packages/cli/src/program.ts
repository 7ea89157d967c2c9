import { Command } from 'commander';
import type { Cli } from './cli.ts';
import { adminCommand } from './commands/admin.ts';
import { assignCommand } from './commands/assign.ts';
import { batchesCommand } from './commands/batches/batches.ts';
import { classroomsCommand } from './commands/classrooms/classrooms.ts';
import { demoCommand } from './commands/demo.ts';
import { enrollCommand } from './commands/enroll.ts';
import { importCommand } from './commands/import.ts';
import { loginCommand } from './commands/login.ts';
import { logoutCommand } from './commands/logout.ts';
import { mentorsCommand } from './commands/mentors/mentors.ts';
import { migrateCommand } from './commands/migrate.ts';
import { operationsCommand } from './commands/operations/operations.ts';
import { orgCommand } from './commands/org.ts';
import { serveCommand } from './commands/serve.ts';
import { statusCommand } from './commands/status.ts';
import { unenrollCommand } from './commands/unenroll.ts';
import { whoamiCommand } from './commands/whoami.ts';
import { workCommand } from './commands/work.ts';
import { EXIT_CODES_TEXT } from './exit-codes.ts';

/** All commands. Their help is the reference: docs/reference/cli.md is written from it. */
export function buildProgram(cli: Cli): Command {
  const program = new Command('muster')
    .description('Bulk operations for schools: always previewed, resumable and undoable.')
    .version('0.1.0')
    .exitOverride()
    .helpCommand(false)
    .configureHelp({ helpWidth: 100, showGlobalOptions: false })
    .configureOutput({
      writeOut: (text) => cli.terminal.print(text.trimEnd()),
      writeErr: (text) => cli.terminal.tell(text.trimEnd()),
    })
    .addHelpText('after', AFTER_HELP);
  program.commandsGroup('On the machine of the database:');
  demoCommand(program, cli);
  serveCommand(program, cli);
  workCommand(program, cli);
  migrateCommand(program, cli);
  orgCommand(program, cli);
  adminCommand(program, cli);
  program.commandsGroup('Over HTTP:');
  loginCommand(program, cli);
  logoutCommand(program, cli);
  whoamiCommand(program, cli);
  importCommand(program, cli);
  assignCommand(program, cli);
  enrollCommand(program, cli);
  unenrollCommand(program, cli);
  classroomsCommand(program, cli);
  batchesCommand(program, cli);
  mentorsCommand(program, cli);
  statusCommand(program, cli);
  operationsCommand(program, cli);
  return program;
}

const EXAMPLES = `
Examples:
  muster serve
  muster org create --name "North District" --admin-email ada@north.example
  muster login --email ada@north.example
  muster import users people.csv --dry-run
  muster assign --sequence "Counting to ten" --grade 7 --due 2026-12-18
  muster operations list --status processing
  muster operations undo 01a1fecc-8faf-7237-9778-94760e085ead`;

/** What the help of the program says below its commands. */
export const AFTER_HELP = `${EXAMPLES}\n${EXIT_CODES_TEXT}`;
