/** The commands that send one word to an operation: pause, resume, cancel, approve, reject. */
import type { BulkOperation } from '@muster/contract';
import type { Command } from 'commander';
import { show, type Cli } from '../../cli.ts';
import { steer } from '../../server/operations.ts';
import { stateText } from '../../show/operation.ts';
import { connect, overHttp, type HttpOptions } from '../options.ts';

interface Steering {
  readonly action: string;
  readonly description: string;
  /** What the reason is for; without it none is asked for. */
  readonly reason?: string;
}

const STEERINGS: readonly Steering[] = [
  { action: 'pause', description: 'stop after the chunk in hand; what is done stays' },
  { action: 'resume', description: 'go on with an operation that is paused' },
  {
    action: 'cancel',
    description: 'end an operation; what is done stays and can be undone',
    reason: 'why; kept with the operation',
  },
  { action: 'approve', description: 'agree to the operation of somebody else' },
  {
    action: 'reject',
    description: 'refuse the operation of somebody else; it is cancelled',
    reason: 'why; kept with the operation',
  },
];

export function steeringCommands(operations: Command, cli: Cli): void {
  for (const { action, description, reason } of STEERINGS) {
    const command = overHttp(operations.command(action)).description(description).argument('<id>', 'of the operation');
    if (reason !== undefined) command.requiredOption('--reason <text>', reason);
    command.action(async (id: string, options: HttpOptions & { reason?: string }) => {
      const body = options.reason === undefined ? undefined : { reason: options.reason };
      const operation = await steer(connect(cli, options), id, action, body);
      show(cli, options, { operation }, sentence(operation));
    });
  }
}

function sentence(operation: BulkOperation): string {
  return `${operation.operation_name} is now ${stateText(operation)}.`;
}
