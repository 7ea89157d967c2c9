import { signedInPerson } from '@muster/contract';
import type { Command } from 'commander';
import { show, type Cli } from '../cli.ts';
import { personText } from '../show/person.ts';
import { connect, overHttp, type HttpOptions } from './options.ts';

export function whoamiCommand(program: Command, cli: Cli): void {
  overHttp(program.command('whoami'))
    .description('who is signed in, where, and what they may do')
    .action(async (options: HttpOptions) => {
      const api = connect(cli, options);
      const person = await api.get(signedInPerson, '/api/me');
      show(cli, options, { url: api.url, ...person }, `Signed in at ${api.url}.\n${personText(person)}`);
    });
}
