/** Whom an operation is for, as options say it. */
import type { Command } from 'commander';
import { usage } from '../failure.ts';
import type { Api } from '../server/api.ts';
import { getId, getIds } from '../server/lookup.ts';

export interface TargetOptions {
  readonly grade?: string;
  readonly class?: string;
  readonly unit?: string;
  readonly teacher?: string;
  readonly search?: string;
  readonly exclude?: readonly string[];
  readonly overrideReason?: string;
}

/** @param people - The option that names people one by one, such as `--student`. */
export function withTargets(command: Command, people: string): Command {
  return command
    .optionsGroup('Whom (criteria narrow each other):')
    .option(`${people} <person...>`, 'these: e-mails, user names, external ids or ids')
    .option('--grade <level>', 'everybody of a grade')
    .option('--class <class>', 'everybody of a class: its name or id')
    .option('--unit <unit>', 'everybody of a unit and those below it: its name or id')
    .option('--teacher <person>', 'everybody of a teacher: e-mail, user name, external id or id')
    .option('--search <text>', 'everybody in whose name or identifiers this stands')
    .option('--exclude <person...>', 'but not these: e-mails, user names, external ids or ids')
    .option('--override-reason <text>', 'why so many at once, where your role has a limit');
}

/** @param further - Criteria of the command's own. */
export async function targetOf(
  api: Api,
  people: readonly string[],
  options: TargetOptions,
  further: Readonly<Record<string, string | undefined>> = {},
): Promise<Record<string, unknown>> {
  const called = async (kind: 'class' | 'unit' | 'person', name: string | undefined) =>
    name === undefined ? undefined : getId(api, kind, name);
  const criteria = {
    grade_level: options.grade,
    class_id: await called('class', options.class),
    unit_id: await called('unit', options.unit),
    teacher_id: await called('person', options.teacher),
    q: options.search,
  };
  const hasCriteria = Object.values(criteria).some((value) => value !== undefined);
  const isNarrowed = Object.values(further).some((value) => value !== undefined);
  if (people.length === 0 && !hasCriteria && !isNarrowed)
    throw usage('Say for whom: name people, or give --grade, --class, --unit, --teacher or --search.');
  return {
    ...(people.length === 0 ? {} : { student_ids: await getIds(api, 'person', people) }),
    ...(hasCriteria || (isNarrowed && people.length === 0) ? { selection: given({ ...criteria, ...further }) } : {}),
    ...(options.exclude === undefined ? {} : { exclude: await getIds(api, 'person', options.exclude) }),
  };
}

function given(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
