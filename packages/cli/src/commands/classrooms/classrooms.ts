import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { assignCourseCommand } from './assign-course.ts';
import { listClassroomsCommand } from './list.ts';
import { facultyCommand, rosterCommand } from './people.ts';
import { showClassroomCommand } from './show.ts';

export function classroomsCommand(program: Command, cli: Cli): void {
  const classrooms = program
    .command('classrooms')
    .description('homerooms: who is in them, and the courses that make their batches');
  listClassroomsCommand(classrooms, cli);
  showClassroomCommand(classrooms, cli);
  rosterCommand(classrooms, cli);
  facultyCommand(classrooms, cli);
  assignCourseCommand(classrooms, cli);
}
