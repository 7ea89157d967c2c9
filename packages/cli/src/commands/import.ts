import { bulkOperation, unclearEncoding, type BulkOperation } from '@muster/contract';
import { Option, type Command } from 'commander';
import { basename } from 'node:path';
import type { Cli } from '../cli.ts';
import { Failure, usage } from '../failure.ts';
import { openFile, readJsonObject } from '../read-file.ts';
import { assertAnswerable, runOperation } from '../run-operation.ts';
import type { Api } from '../server/api.ts';
import { acceptingFiles, confirmed, connect, type RunOptions } from './options.ts';

interface ImportOptions extends RunOptions {
  readonly preset?: string;
  readonly mapping?: string;
  readonly encoding?: string;
  readonly role?: string;
  readonly mode?: string;
  readonly conflictRule?: string;
  readonly archived?: string;
  readonly name?: string;
}

const ROLES = ['student', 'teacher'];
const MODES = ['create_and_update', 'create_only', 'update_only'];
const ARCHIVED_RULES = ['leave', 'bring-back', 'new-person'];
const CONFLICT_RULES = ['fail_item', 'keep_existing', 'overwrite', 'merge_non_empty'];

export function importCommand(program: Command, cli: Cli): void {
  const users = program
    .command('import')
    .description('bring data in from files')
    .command('users')
    .description('create and update people from a CSV file, after a preview')
    .argument('<file>', 'CSV as OneRoster, Canvas, Moodle, Clever or Muster write it, or any other with a mapping')
    .option('--preset <name>', 'which of the known layouts the file has (default: found by its columns)')
    .option('--mapping <file>', 'JSON: {"column": "field"}, or a whole mapping with defaults and rules')
    .option(
      '--encoding <name>',
      'how the text is written, where that is not to be found out: windows-1251, shift_jis, …',
    )
    .addOption(new Option('--role <role>', 'what people are of whom the file says no role').choices(ROLES))
    .addOption(new Option('--mode <mode>', 'what is wanted of the file (default: create_and_update)').choices(MODES))
    .addOption(
      new Option(
        '--conflict-rule <rule>',
        'for people who changed after the file was made (default: fail_item)',
      ).choices(CONFLICT_RULES),
    )
    .addOption(
      new Option('--archived <choice>', 'for archived people whom the file names (default: leave)').choices(
        ARCHIVED_RULES,
      ),
    )
    .option('--name <name>', 'what the operation is called (default: after the file)');
  confirmed(acceptingFiles(users)).action((file: string, options: ImportOptions) => importUsers(cli, file, options));
}

async function importUsers(cli: Cli, path: string, options: ImportOptions): Promise<void> {
  assertAnswerable(cli, options);
  const api = connect(cli, options);
  const made = await upload(api, path, options).catch(async (error: unknown) => {
    const encoding = await askEncoding(cli, error);
    if (encoding === null) throw error;
    return upload(api, path, { ...options, encoding });
  });
  await runOperation(cli, api, made, options);
}

async function upload(api: Api, path: string, options: ImportOptions): Promise<BulkOperation> {
  const form = new FormData();
  // Fields stand before the file, so that the server knows what to do with it while it arrives.
  form.set('mapping', JSON.stringify(mappingOf(options)));
  if (options.name !== undefined) form.set('operation_name', options.name);
  form.set('parameters', JSON.stringify({ mode: options.mode, archived_people: options.archived?.replace('-', '_') }));
  if (options.encoding !== undefined) form.set('encoding', options.encoding);
  if (options.conflictRule !== undefined) form.set('conflict_rule', options.conflictRule);
  form.set('file', await openFile(path), basename(path));
  return api.post(bulkOperation, '/api/bulk/users/import', form);
}

/** The encoding in which the names of a refused file read right, said by a person; null where there is nobody, or no choice. */
async function askEncoding({ terminal }: Cli, error: unknown): Promise<string | null> {
  const offered = error instanceof Failure ? unclearEncoding.safeParse(error.document) : null;
  if (offered?.success !== true || !terminal.isInteractive) return null;
  const { encodings } = offered.data;
  terminal.tell('The file is not written in UTF-8. In which encoding do its names read right?\n');
  encodings.forEach(({ title, name, samples }, at) => {
    terminal.tell(`  ${String(at + 1)}  ${samples.join(', ')}    ${title}: ${name}`);
  });
  const answer = await terminal.ask('\nNumber (Enter to stop): ');
  return encodings[Number(answer) - 1]?.name ?? null;
}

function mappingOf({ preset, mapping, role }: ImportOptions): Record<string, unknown> {
  const defaults = role === undefined ? {} : { default_values: { roles: role } };
  if (mapping === undefined) return { preset: preset ?? 'auto', ...defaults };
  if (preset !== undefined) throw usage('Give either --preset or --mapping.');
  if (role !== undefined) throw usage('Give the role within the mapping: {"default_values": {"roles": "teacher"}}.');
  return readJsonObject(mapping);
}
