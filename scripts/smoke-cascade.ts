// `npm run smoke:cascade -- --url http://… --email … --password …`: walks the classroom cascade on a running server.
// A line for each check; exit code 1 and the check that failed otherwise.
import { serverAt } from './smoke/client.ts';
import { smokeCascade } from './smoke/cascade.ts';
import { credentialsIn, optionsOf } from './smoke/run.ts';
import { orExit, Trouble } from './tell.mjs';

await orExit(async () => {
  const options = optionsOf(process.argv.slice(2), ['url', 'email', 'password']);
  const credentials = credentialsIn(options);
  if (credentials === null) throw new Trouble('Give --email and --password.');
  const say = (line: string): void => console.log(line);
  const count = await smokeCascade(serverAt(options['url'] ?? ''), credentials, say);
  console.log(`${count} checks held.`);
});
