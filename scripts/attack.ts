// `npm run attack -- --url http://… --email … --password … --other-email … --other-password …`: tries every route that the
// server describes with every role of one organization, and with nobody's, against what belongs to another organization and
// against the rights within the own one. For servers of one's own: it makes people and records in both organizations.
// Ends with what was found and how many requests it took; --requests-max bounds them (20000 when left out).
import { attack } from './smoke/attack.ts';
import { credentialsIn, optionsOf } from './smoke/run.ts';
import { orExit, Trouble } from './tell.mjs';

await orExit(async () => {
  const options = optionsOf(
    process.argv.slice(2),
    ['url', 'email', 'password', 'other-email', 'other-password'],
    ['requests-max'],
  );
  const [attacker, victim] = [credentialsIn(options), credentialsIn(options, 'other-')];
  if (attacker === null || victim === null) throw new Trouble('Give both e-mails and passwords.');
  const most = Number(options['requests-max'] ?? 20_000);
  if (!Number.isInteger(most) || most < 1) throw new Trouble('--requests-max is a whole number.');
  const say = (line: string): void => console.log(line);
  const { requests, findings, isWhole } = await attack(options['url'] ?? '', { attacker, victim, most }, say);
  for (const finding of findings) console.log(`FOUND ${finding}`);
  console.log(`${requests} requests, ${findings.length} findings`);
  if (findings.length > 0) throw new Trouble('Something answers that should not.');
  if (!isWhole) throw new Trouble(`Not everything was tried: --requests-max ${most} is too few.`);
});
