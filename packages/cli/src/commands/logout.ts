import type { Command } from 'commander';
import { show, type Cli } from '../cli.ts';
import { EXIT } from '../exit-codes.ts';
import { Failure } from '../failure.ts';
import { nothing } from '../server/api.ts';
import { forgetCredentials } from '../server/credentials.ts';
import { connect, overHttp, type HttpOptions } from './options.ts';

export function logoutCommand(program: Command, cli: Cli): void {
  overHttp(program.command('logout'))
    .description('end the sign-in, at the server and here')
    .action(async (options: HttpOptions) => {
      const api = connect(cli, options);
      try {
        await api.post(nothing, '/api/logout');
      } catch (error) {
        // One that has ended already is as good.
        if (!(error instanceof Failure && error.exitCode === EXIT.notSignedIn)) throw error;
      }
      forgetCredentials(cli.terminal);
      show(cli, options, { url: api.url, signed_in: false }, `Signed out of ${api.url}.`);
    });
}
