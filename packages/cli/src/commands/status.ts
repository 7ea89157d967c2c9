import { USER_ROLES, USER_STATUSES } from '@muster/contract';
import { Argument, Option, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { assertAnswerable, runOperation } from '../run-operation.ts';
import { createOperation } from '../server/operations.ts';
import { confirmed, connect, type RunOptions } from './options.ts';
import { targetOf, withTargets, type TargetOptions } from './targets.ts';

interface StatusOptions extends RunOptions, TargetOptions {
  readonly user?: readonly string[];
  readonly role?: string;
  readonly from?: string;
  readonly reason?: string;
}

export function statusCommand(program: Command, cli: Cli): void {
  const command = program
    .command('status')
    .description('activate, suspend or archive people, after a preview')
    .addArgument(new Argument('<status>', 'what they become').choices(USER_STATUSES))
    .option('--reason <text>', 'kept with the operation');
  const targeted = withTargets(command, '--user')
    .addOption(new Option('--role <role>', 'everybody with this role (default: student)').choices(USER_ROLES))
    .addOption(new Option('--from <status>', 'everybody who is this now (default: active)').choices(USER_STATUSES));
  confirmed(targeted).action((status: string, options: StatusOptions) => changeStatus(cli, status, options));
}

async function changeStatus(cli: Cli, status: string, options: StatusOptions): Promise<void> {
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const { user = [], role, from, reason, overrideReason } = options;
  const target = await targetOf(api, user, options, { role, status: from });
  const made = await createOperation(api, {
    operation_type: 'user_status',
    operation_name: `Make people ${status}`,
    parameters: { target, status, ...(reason === undefined ? {} : { reason }) },
    ...(overrideReason === undefined ? {} : { override_reason: overrideReason }),
  });
  await runOperation(cli, api, made, options);
}
