/** The database goes away, or cannot take any more. */
import { readFileSync } from 'node:fs';
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { connect } from '../../packages/server/src/db/connect.ts';
import { embeddedAppPassword, startEmbedded, type EmbeddedDatabase } from '../../packages/server/src/db/embedded.ts';
import { migrate } from '../../packages/server/src/db/migrate.ts';
import { applySlice } from '../../packages/server/src/engine/run/chunk.ts';
import { testDatabase, type TestDatabase } from '../fixtures/database.ts';
import { startWorker } from '../../packages/server/src/worker/worker.ts';
import { aSchool, type School } from '../fixtures/school.ts';
import { snapshot } from '../fixtures/snapshot.ts';
import { applyOneChunk, read, workInChunks } from '../fixtures/stepwise.ts';
import { until } from '../fixtures/until.ts';
import { expectExactly, largeImport } from './large-import.ts';

const ROWS = 1_000;

describe('a chunk that breaks for no fault of its items', () => {
  let database: TestDatabase;
  let owner: pg.Client;
  let school: School;
  beforeAll(async () => {
    database = await testDatabase();
    owner = new pg.Client({ connectionString: database.ownerUrl });
    await owner.connect();
  });
  beforeEach(async () => {
    school = await aSchool(database);
  });
  afterAll(async () => {
    await owner.end();
    await database.drop();
  });

  /** The chunk fails, nothing has changed, and when the trouble is over the import ends as planned. */
  async function survives(id: string, trouble: () => Promise<() => Promise<void>>, expected: RegExp): Promise<void> {
    await applyOneChunk(school, id, 200);
    const [operation, rows] = [await read(school, id), await snapshot(database, school.orgId, [])];
    const end = await trouble();
    await expect(applySlice(school.engine, school.orgId, id, 0)).rejects.toThrow(expected);
    await end();
    expect(await read(school, id)).toEqual(operation);
    expect(await snapshot(database, school.orgId, [])).toEqual(rows);
    await workInChunks(school, id, 200);
    await expectExactly(school, id, ROWS);
  }

  it('because the disk is full leaves the operation as it was', async () => {
    const id = await largeImport(school, ROWS);
    await survives(
      id,
      async () => {
        await owner.query(`
        create function no_space() returns trigger language plpgsql as $$ begin raise 'could not extend file' using errcode = 'disk_full'; end $$;
        create trigger no_space before insert on users execute function no_space()`);
        return async () => {
          await owner.query('drop trigger no_space on users; drop function no_space');
        };
      },
      /could not extend file/,
    );
  });

  it('because the connection is lost leaves the operation as it was', async () => {
    const id = await largeImport(school, ROWS);
    await survives(
      id,
      async () => {
        // Holds the table, so that the chunk waits, and ends its connection there.
        await owner.query('begin; lock table users in exclusive mode');
        const cut = until('a chunk waits for the table', async () => {
          const { rowCount } = await owner.query(`
            select pg_terminate_backend(pid) from pg_locks where not granted and relation = 'users'::regclass`);
          return rowCount !== 0;
        });
        return async () => {
          await cut;
          await owner.query('rollback');
        };
      },
      /terminat|connection/i,
    );
  });
});

describe('a database server that is killed', () => {
  let dataDir = '';
  let server: EmbeddedDatabase;
  beforeEach(async () => {
    dataDir = await fs.mkdtemp(path.join(os.tmpdir(), 'muster-killed-'));
    await fs.chmod(dataDir, 0o755);
    server = await startEmbedded({ dataDir });
    await migrate({ ownerUrl: server.ownerUrl, appPassword: await embeddedAppPassword(dataDir) });
  });
  afterEach(async () => {
    await server.stop();
    await fs.rm(dataDir, { recursive: true, force: true, maxRetries: 10 });
  });

  it('at random moments of an import comes back, and the import ends in exactly the planned rows', async () => {
    const database = await connect({ url: server.appUrl });
    const school = await aSchool(database);
    const id = await largeImport(school, 8_000);
    const worker = await startWorker({ engine: school.engine, database, log: () => undefined });
    for (let kill = 0; kill < 2; kill++) {
      const before = await progressOf(school, id);
      await until('another chunk is done', async () => (await progressOf(school, id)) > before || before === 8_000);
      await sleep(Math.random() * 200);
      await until('there is a server to kill', () => killServer(dataDir));
    }
    await until('all are done', async () => (await progressOf(school, id)) === 8_000);
    await worker.stop();
    while (!(await applySlice(school.engine, school.orgId, id, 0)));
    await expectExactly(school, id, 8_000);
    await database.close();
  });

  /** Waits out the moments in which there is no server to ask. */
  async function progressOf(school: School, id: string): Promise<number> {
    const found = await until('a server answers', () => read(school, id).catch(() => null));
    return found.processed_items;
  }
});

/** @returns false while there is none, as it comes back from the last kill. */
function killServer(dataDir: string): boolean {
  try {
    const pid = Number(readFileSync(path.join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[0]);
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
