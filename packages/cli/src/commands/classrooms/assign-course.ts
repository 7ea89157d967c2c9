import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { assertAnswerable, runOperation } from '../../run-operation.ts';
import { getId, getIds, getSectionId } from '../../server/lookup.ts';
import { createOperation } from '../../server/operations.ts';
import { confirmed, connect, type RunOptions } from '../options.ts';

interface AssignOptions extends RunOptions {
  readonly classroom: readonly string[];
  readonly course: string;
  readonly section?: string;
  readonly term?: string;
  readonly teacher?: readonly string[];
  readonly respectOverrides?: boolean;
}

export function assignCourseCommand(classrooms: Command, cli: Cli): void {
  const command = classrooms
    .command('assign-course')
    .description('bind classrooms to a course, after a preview; their people enter its batches')
    .requiredOption('--classroom <classroom...>', 'these: names or ids')
    .requiredOption('--course <course>', 'its title or id')
    .option('--section <section>', 'one of its sections, by name or id (default: the whole course)')
    .option('--term <key>', 'such as 2026-T1')
    .option('--teacher <person...>', 'instead of the homeroom teachers')
    .option('--respect-overrides', 'leave out who was taken out of a batch by hand');
  confirmed(command).action((options: AssignOptions) => assign(cli, options));
}

async function assign(cli: Cli, options: AssignOptions): Promise<void> {
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const { classroom, course, section, term, teacher, respectOverrides = false } = options;
  const courseId = await getId(api, 'course', course);
  const made = await createOperation(api, {
    operation_type: 'assign_course',
    operation_name: `Assign ${course}`.slice(0, 200),
    parameters: {
      classroom_ids: await getIds(api, 'class', classroom),
      course_id: courseId,
      ...(section === undefined ? {} : { section_id: await getSectionId(api, courseId, section) }),
      ...(term === undefined ? {} : { term_key: term }),
      ...(teacher === undefined ? {} : { teacher_ids: await getIds(api, 'person', teacher) }),
      respect_overrides: respectOverrides,
    },
  });
  await runOperation(cli, api, made, options);
}
