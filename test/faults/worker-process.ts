/** A worker in a process of its own, on the database named by the first argument; it is there to be killed. */
import { connect } from '../../packages/server/src/db/connect.ts';
import { startWorker } from '../../packages/server/src/worker/worker.ts';
import { testEngine } from '../fixtures/school.ts';

const database = await connect({ url: process.argv[2] ?? '' });
await startWorker({ engine: testEngine(database), database, log: () => undefined });
process.stdout.write('ready\n');
