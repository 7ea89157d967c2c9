/**
 * Writes what follows from the migrations: the table types of the server and the description of the schema.
 * Run it after adding a migration: `npx tsx scripts/generate-db.ts`; a test fails while either file is behind.
 */
import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { describeSchema, tableTypes } from '../packages/server/src/db/describe-schema.ts';
import { startEmbedded } from '../packages/server/src/db/embedded.ts';
import { migrate } from '../packages/server/src/db/migrate.ts';

const root = path.resolve(import.meta.dirname, '..');
const dataDir = await fs.mkdtemp(path.join(os.tmpdir(), 'muster-schema-'));
await fs.chmod(dataDir, 0o755);
const database = await startEmbedded({ dataDir, settings: { fsync: 'off' } });
try {
  await migrate({ ownerUrl: database.ownerUrl });
  await fs.writeFile(path.join(root, 'packages/server/src/db/tables.ts'), await tableTypes(database.ownerUrl));
  await fs.writeFile(path.join(root, 'docs/reference/schema.txt'), await describeSchema(database.ownerUrl));
} finally {
  await database.stop();
  await fs.rm(dataDir, { recursive: true });
}
