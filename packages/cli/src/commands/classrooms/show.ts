import {
  batchesOfClassroom,
  classroom,
  coursesOfClassroom,
  type BatchOfClassroom,
  type Classroom,
} from '@muster/contract';
import type { Command } from 'commander';
import { show, type Cli } from '../../cli.ts';
import { getId } from '../../server/lookup.ts';
import { table } from '../../show/words.ts';
import { connect, overHttp, type HttpOptions } from '../options.ts';

export function showClassroomCommand(classrooms: Command, cli: Cli): void {
  const command = classrooms
    .command('show')
    .description('one classroom: its courses and its batches')
    .argument('<classroom>', 'its name or id');
  overHttp(command).action((called: string, options: HttpOptions) => showClassroom(cli, called, options));
}

async function showClassroom(cli: Cli, called: string, options: HttpOptions): Promise<void> {
  const api = connect(cli, options);
  const path = `/api/classrooms/${await getId(api, 'class', called)}`;
  const room = await api.get(classroom, path);
  const { data: courses } = await api.get(coursesOfClassroom, `${path}/courses`);
  const { data: batches, in_several_sections: several } = await api.get(batchesOfClassroom, `${path}/batches`);
  const titles = courses.map(({ title }) => title).join(', ');
  const lines = [
    roomText(room, titles),
    ...(batches.length === 0 ? [] : ['', table(batches.map(lineOf))]),
    ...(several === 0 ? [] : ['', `${several} students are in several sections of one course.`]),
  ];
  show(cli, options, { classroom: room, courses, batches }, lines.join('\n'));
}

function roomText(room: Classroom, courses: string): string {
  return table([
    ['id', room.id],
    ['name', room.name],
    ['room', room.room ?? ''],
    ['status', room.status],
    ['students', String(room.students)],
    ['teachers', String(room.teachers)],
    ['courses', courses],
  ]);
}

function lineOf(batch: BatchOfClassroom): string[] {
  const people = `${batch.students} students, ${batch.teacher_ids.length} teachers`;
  const mark = batch.course_detached ? 'course detached' : '';
  return [batch.id, batch.name, batch.term_key ?? '', batch.status, people, mark];
}
