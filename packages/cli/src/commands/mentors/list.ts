import { ASSIGNMENT_TYPES, studentsWithInstructors, type StudentWithInstructor } from '@muster/contract';
import { Option, type Command } from 'commander';
import { show, type Cli } from '../../cli.ts';
import { grouped, moment, table } from '../../show/words.ts';
import { connect, overHttp, wholeNumber, type HttpOptions } from '../options.ts';

interface ListOptions extends HttpOptions {
  readonly assigned?: boolean;
  readonly unassigned?: boolean;
  readonly type?: string;
  readonly search?: string;
  readonly page: number;
  readonly limit: number;
}

export function listMentorsCommand(mentors: Command, cli: Cli): void {
  const command = mentors
    .command('list')
    .description('students and their instructors, by name')
    .addOption(new Option('--assigned', 'only those who have one').conflicts('unassigned'))
    .option('--unassigned', 'only those who have none')
    .addOption(new Option('--type <type>', 'only this type').choices(ASSIGNMENT_TYPES))
    .option('--search <text>', 'part of the name or the identifiers of a student')
    .option('--page <number>', 'which page', wholeNumber, 1)
    .option('--limit <number>', 'students a page, at most 1,000', wholeNumber, 100);
  overHttp(command).action((options: ListOptions) => list(cli, options));
}

async function list(cli: Cli, options: ListOptions): Promise<void> {
  const { type: assignment_type, search, page, limit } = options;
  const isAsked = options.assigned === true || options.unassigned === true;
  const path = '/api/v1/auth/get-all-students-with-instructors';
  const query = {
    assigned: isAsked ? String(options.assigned === true) : undefined,
    assignment_type,
    search,
    page,
    limit,
  };
  const { data } = await connect(cli, options).get(studentsWithInstructors, path, query);
  const counts = `${grouped(data.total_students)} students: ${grouped(data.assigned_count)} with an instructor, ${grouped(data.unassigned_count)} without.`;
  const lines = data.students.length === 0 ? [] : [table(data.students.map(lineOf)), ''];
  show(cli, options, data, [...lines, counts].join('\n'));
}

function lineOf(student: StudentWithInstructor): string[] {
  const { assigned_instructor: instructor } = student;
  return [
    student.full_name,
    instructor?.full_name ?? '(nobody)',
    student.instructor_assignment_type ?? '',
    moment(student.instructor_assignment_date),
  ];
}
