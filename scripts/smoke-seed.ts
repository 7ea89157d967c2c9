// `npm run smoke:seed -- --url http://… --email … --password …`: fills in a demo classroom, as often as one likes with the
// same result.
import { serverAt } from './smoke/client.ts';
import { credentialsIn, optionsOf } from './smoke/run.ts';
import { seedDemo } from './smoke/seed.ts';
import { orExit, Trouble } from './tell.mjs';

await orExit(async () => {
  const options = optionsOf(process.argv.slice(2), ['url', 'email', 'password']);
  const credentials = credentialsIn(options);
  if (credentials === null) throw new Trouble('Give --email and --password.');
  const ask = await serverAt(options['url'] ?? '')(credentials);
  const { batches } = await seedDemo(ask, (line) => console.log(line));
  console.log(`${batches.length} batches are ready.`);
});
