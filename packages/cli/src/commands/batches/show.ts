import { batchWithHints, type BatchWithHints } from '@muster/contract';
import type { Command } from 'commander';
import { show, type Cli } from '../../cli.ts';
import { getId } from '../../server/lookup.ts';
import { table } from '../../show/words.ts';
import { connect, overHttp, type HttpOptions } from '../options.ts';
import { datesOf, seatsOf } from './list.ts';

export function showBatchCommand(batches: Command, cli: Cli): void {
  const command = batches
    .command('show')
    .description('one batch: seats, teacher, classes of the week, hints')
    .argument('<batch>', 'its name or id');
  overHttp(command).action((batch: string, options: HttpOptions) => showBatch(cli, batch, options));
}

async function showBatch(cli: Cli, called: string, options: HttpOptions): Promise<void> {
  const api = connect(cli, options);
  const found = await api.get(batchWithHints, `/api/batches/${await getId(api, 'batch', called)}`);
  show(cli, options, { batch: found.data, warnings: found.warnings }, batchText(found));
}

function batchText({ data, warnings }: BatchWithHints): string {
  const classes = data.schedule.map((slot) => `${slot.day} ${slot.start_time}-${slot.end_time}`);
  return [
    table([
      ['id', data._id],
      ['name', data.batch_name],
      ['code', data.batch_code ?? ''],
      ['status', data.status],
      ['dates', datesOf(data)],
      ['seats', seatsOf(data)],
      ['teacher', data.assigned_instructor?.full_name ?? '(nobody)'],
      ['classes', classes.join(', ')],
      ['notes', data.batch_notes ?? ''],
    ]),
    ...warnings.map(({ message }) => `! ${message}`),
  ].join('\n');
}
