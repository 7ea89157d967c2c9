// `npm run smoke:isolation -- --url http://… --email … --password … --other-email … --other-password …`: tries to reach one
// organization from another, in both directions. With --platform-email and --platform-password also as somebody of the first
// organization who has rights over the whole system. Says how many attempts there were and what leaked.
import { serverAt } from './smoke/client.ts';
import { smokeIsolation } from './smoke/isolation.ts';
import { credentialsIn, optionsOf } from './smoke/run.ts';
import { orExit, Trouble } from './tell.mjs';

await orExit(async () => {
  const options = optionsOf(
    process.argv.slice(2),
    ['url', 'email', 'password', 'other-email', 'other-password'],
    ['platform-email', 'platform-password'],
  );
  const [one, other] = [credentialsIn(options), credentialsIn(options, 'other-')];
  if (one === null || other === null) throw new Trouble('Give both e-mails and passwords.');
  const admins = { one, other, withMoreRights: credentialsIn(options, 'platform-') };
  const say = (line: string): void => console.log(line);
  const { attempts, leaks } = await smokeIsolation(serverAt(options['url'] ?? ''), admins, say);
  for (const leak of leaks) console.log(`LEAK ${leak}`);
  console.log(`${attempts} attempts, ${leaks.length} leaks`);
  if (leaks.length > 0) throw new Trouble('What belongs to one organization can be reached from another.');
});
