/** A worker in a process of its own, on the database named by the first argument; it is there to be killed. */
import { connect } from '../../packages/server/src/db/connect.ts';
import { startWorker } from '../../packages/server/src/worker/worker.ts';
import { testEngine } from '../fixtures/school.ts';

const [, , url = '', idleMsMax] = process.argv;
const database = await connect({ url, ...(idleMsMax === undefined ? {} : { idleMsMax: Number(idleMsMax) }) });
await startWorker({ engine: testEngine(database), database, log: () => undefined });
process.stdout.write('ready\n');
