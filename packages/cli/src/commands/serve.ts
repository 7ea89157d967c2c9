import { isIP } from 'node:net';
import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Cli } from '../cli.ts';
import { runServer } from '../run-server.ts';
import {
  asJson,
  databaseOf,
  fromFile,
  mailOf,
  onDatabase,
  wholeNumber,
  withMail,
  type MailOptions,
} from './options.ts';

interface ServeOptions extends MailOptions {
  readonly port: number;
  readonly host: string;
  readonly worker: boolean;
  readonly logLevel?: string;
  readonly uploadBytesMax?: number;
  readonly requestsPerMinute?: number;
  readonly metricsToken?: string;
  readonly trustProxy?: string;
  readonly json?: boolean;
}

export function serveCommand(program: Command, cli: Cli): void {
  const command = program.command('serve').description('serve API and web, with a worker, until stopped');
  const metricsToken = new Option('--metrics-token <token>', 'opens /metrics to whoever shows it').env(
    'MUSTER_METRICS_TOKEN',
  );
  withMail(onDatabase(asJson(command)))
    .addOption(
      new Option('--port <number>', '0 takes a free one').env('MUSTER_PORT').argParser(wholeNumber).default(4000),
    )
    .addOption(
      new Option('--host <address>', '0.0.0.0 answers other machines as well').env('MUSTER_HOST').default('127.0.0.1'),
    )
    .option('--no-worker', 'API and web alone; operations then need a `muster work` elsewhere')
    .addOption(
      new Option('--upload-bytes-max <number>', 'largest file that is taken')
        .env('MUSTER_UPLOAD_BYTES_MAX')
        .argParser(wholeNumber),
    )
    .addOption(
      new Option('--requests-per-minute <number>', 'what one account may ask; without it no limit')
        .env('MUSTER_REQUESTS_PER_MINUTE')
        .argParser(wholeNumber),
    )
    .addOption(metricsToken)
    .addOption(fromFile(metricsToken))
    .addOption(
      new Option(
        '--trust-proxy <addresses>',
        'proxies in front, such as 10.0.0.1 or 10.0.0.0/8, with commas between; their X-Forwarded-* headers are believed',
      )
        .env('MUSTER_TRUST_PROXY')
        .argParser(proxies),
    )
    .addOption(logLevelOption())
    .action(async (options: ServeOptions) => {
      const { json, ...settings } = options;
      await runServer(cli, { json }, async () => {
        // Loaded only now: `muster --help` must not wait for the modules of a server.
        const { serve } = await import('@muster/server');
        const running = await serve({
          ...databaseOf(command),
          ...mailOf(options),
          port: settings.port,
          host: settings.host,
          worker: settings.worker,
          logLevel: settings.logLevel,
          uploadBytesMax: settings.uploadBytesMax,
          requestsPerMinute: settings.requestsPerMinute,
          metricsToken: settings.metricsToken,
          trustProxy: settings.trustProxy,
        });
        return { ...running, words: `Muster serves ${running.address} (Ctrl-C stops it).` };
      });
    });
}

/** Addresses and networks; a name, or `true`, would let anybody say where they come from. */
function proxies(text: string): string {
  const all = text.split(',').map((one) => one.trim());
  const isOne = (one: string): boolean => /^(loopback|linklocal|uniquelocal)$/.test(one) || isNetwork(one);
  if (all.every(isOne)) return all.join(',');
  throw new InvalidArgumentError('Give addresses or networks, such as 10.0.0.1,10.0.0.0/8, or loopback.');
}

function isNetwork(text: string): boolean {
  const [address = '', bits = '0', ...more] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return more.length === 0 && /^\d{1,3}$/.test(bits) && Number(bits) <= most;
}

export function logLevelOption(): Option {
  const levels = ['silent', 'error', 'warn', 'info', 'debug'];
  return new Option('--log-level <level>', 'what is written to the log').env('MUSTER_LOG_LEVEL').choices(levels);
}
