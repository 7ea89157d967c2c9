import { batchesOfCourse, type BatchOfCourse } from '@muster/contract';
import type { Command } from 'commander';
import { show, type Cli } from '../../cli.ts';
import { getId } from '../../server/lookup.ts';
import { grouped, table } from '../../show/words.ts';
import { connect, overHttp, wholeNumber, type HttpOptions } from '../options.ts';

interface ListOptions extends HttpOptions {
  readonly course: string;
  readonly page: number;
  readonly limit: number;
}

export function listBatchesCommand(batches: Command, cli: Cli): void {
  const command = batches
    .command('list')
    .description('the batches of a course, by their start')
    .requiredOption('--course <course>', 'its title or id')
    .option('--page <number>', 'which page', wholeNumber, 1)
    .option('--limit <number>', 'batches a page, at most 1,000', wholeNumber, 100);
  overHttp(command).action((options: ListOptions) => list(cli, options));
}

async function list(cli: Cli, options: ListOptions): Promise<void> {
  const api = connect(cli, options);
  const { page, limit } = options;
  const courseId = await getId(api, 'course', options.course);
  const found = await api.get(batchesOfCourse, `/api/batches/courses/${courseId}/batches`, { page, limit });
  const count = `${grouped(found.total)} ${found.total === 1 ? 'batch' : 'batches'}.`;
  const lines = found.data.length === 0 ? [] : [table(found.data.map(lineOf)), ''];
  show(cli, options, { batches: found.data, total: found.total }, [...lines, count].join('\n'));
}

function lineOf(batch: BatchOfCourse): string[] {
  return [
    batch._id,
    batch.batch_name,
    batch.batch_code ?? '',
    batch.status,
    datesOf(batch),
    seatsOf(batch),
    batch.assigned_instructor?.full_name ?? '',
  ];
}

export function datesOf({ start_date: start, end_date: end }: BatchOfCourse): string {
  return start === null && end === null ? '' : `${start?.slice(0, 10) ?? ''} to ${end?.slice(0, 10) ?? ''}`;
}

export function seatsOf({ capacity, enrolled_students: enrolled }: BatchOfCourse): string {
  return capacity === null ? `${grouped(enrolled)} enrolled` : `${grouped(enrolled)} of ${grouped(capacity)}`;
}
