/** Opens a database for run time: never as a superuser or as the owner of the tables. */
import pg from 'pg';
import { openDatabase, type Database, type DatabaseOptions } from './database.ts';
import { APP_ROLE } from './migrate.ts';

/**
 * @param options - `url` may be the owner's: then the run-time role is taken on at connect.
 * @throws when the connection would walk past row level security all the same.
 */
export async function connect(options: DatabaseOptions): Promise<Database> {
  const role = (await isPrivileged(options.url, undefined)) ? (options.role ?? APP_ROLE) : undefined;
  if (await isPrivileged(options.url, role)) {
    throw new Error(
      'The run-time role of the database owns the tables or is a superuser, so that organizations would not be kept apart. Run `muster migrate` and let serve and work connect as the role muster_app.',
    );
  }
  return openDatabase({ ...options, role });
}

async function isPrivileged(url: string, role: string | undefined): Promise<boolean> {
  const client = new pg.Client({
    connectionString: url,
    ...(role === undefined ? {} : { options: `-c role=${role}` }),
  });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<{ privileged: boolean }>(`
      select rolsuper or rolbypassrls or exists (
        select from pg_tables where schemaname = 'public' and tablename = 'orgs' and pg_has_role(current_user, tableowner, 'usage')
      ) as privileged from pg_roles where rolname = current_user`);
    return rows[0]?.privileged ?? true;
  } finally {
    await client.end();
  }
}
