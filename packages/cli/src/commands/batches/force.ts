/** Saving in spite of a schedule conflict. */
import type { Command } from 'commander';

export interface ForceOptions {
  readonly force?: string;
}

export function withForce(command: Command): Command {
  return command.option('--force <reason>', 'save in spite of a schedule conflict, and why');
}

export function forceOf({ force }: ForceOptions): Record<string, unknown> {
  return force === undefined ? {} : { force: true, force_reason: force };
}
