import type { Command } from 'commander';
import type { Cli } from '../../cli.ts';
import { assignMentorCommand } from './assign.ts';
import { listMentorsCommand } from './list.ts';
import { repairCommand } from './repair.ts';
import { unassignMentorCommand } from './unassign.ts';
import { workloadCommand } from './workload.ts';

export function mentorsCommand(program: Command, cli: Cli): void {
  const mentors = program
    .command('mentors')
    .description('instructors of single students: who has whom, assign, end, repair');
  listMentorsCommand(mentors, cli);
  assignMentorCommand(mentors, cli);
  unassignMentorCommand(mentors, cli);
  workloadCommand(mentors, cli);
  repairCommand(mentors, cli);
}
