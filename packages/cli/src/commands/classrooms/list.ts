import { classroomPage, type Classroom } from '@muster/contract';
import type { Command } from 'commander';
import { show, type Cli } from '../../cli.ts';
import { table } from '../../show/words.ts';
import { connect, overHttp, wholeNumber, type HttpOptions } from '../options.ts';

interface ListOptions extends HttpOptions {
  readonly search?: string;
  readonly limit: number;
}

export function listClassroomsCommand(classrooms: Command, cli: Cli): void {
  const command = classrooms
    .command('list')
    .description('classrooms by name, with how many students, teachers, courses and batches')
    .option('--search <text>', 'part of the name')
    .option('--limit <number>', 'at most so many, up to 100', wholeNumber, 100);
  overHttp(command).action((options: ListOptions) => list(cli, options));
}

async function list(cli: Cli, options: ListOptions): Promise<void> {
  const api = connect(cli, options);
  const { items } = await api.get(classroomPage, '/api/classrooms', { limit: options.limit, q: options.search });
  const lines = items.length === 0 ? 'No classrooms.' : table(items.map(lineOf));
  show(cli, options, { classrooms: items }, lines);
}

function lineOf(classroom: Classroom): string[] {
  const { id, name, grade_level: grade, students, teachers, courses, batches } = classroom;
  const counts = `${students} students, ${teachers} teachers, ${courses} courses, ${batches} batches`;
  return [id, name, grade === null ? '' : `grade ${grade}`, counts];
}
