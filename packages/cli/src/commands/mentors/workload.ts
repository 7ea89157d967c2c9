import { instructorWorkload } from '@muster/contract';
import type { Command } from 'commander';
import { show, type Cli } from '../../cli.ts';
import { getId } from '../../server/lookup.ts';
import { grouped, table } from '../../show/words.ts';
import { connect, overHttp, type HttpOptions } from '../options.ts';

export function workloadCommand(mentors: Command, cli: Cli): void {
  const command = mentors
    .command('workload')
    .description('how much an instructor has to do')
    .argument('<person>', 'e-mail, user name, external id, name or id');
  overHttp(command).action((person: string, options: HttpOptions) => workload(cli, person, options));
}

async function workload(cli: Cli, person: string, options: HttpOptions): Promise<void> {
  const api = connect(cli, options);
  const id = await getId(api, 'person', person);
  const path = `/api/batches/instructors/${id}/workload`;
  const { data } = await api.get(instructorWorkload, path);
  const lines = [
    [grouped(data.batchCount), 'batches, active or upcoming'],
    [grouped(data.totalStudents), 'active enrollments in all batches'],
    [grouped(data.individualCount), 'students assigned individually'],
    [grouped(data.distinctStudents), 'people, each counted once'],
  ];
  show(cli, options, data, table(lines));
}
