import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { buildProgram } from './program.ts';
import { cliReference, settingsReference } from './reference.ts';
import { aTerminal } from './terminal-fixture.ts';
import { EXIT } from './exit-codes.ts';

const program = buildProgram({ terminal: aTerminal().terminal, exitCode: EXIT.done });

// After a change of the help: npx vitest run packages/cli/src/reference.test.ts -u
it('the reference of the command line is what its help says', async () => {
  await expect(cliReference(program)).toMatchFileSnapshot('../../../docs/reference/cli.md');
});

it('every setting in the environment is in the reference of settings', async () => {
  await expect(settingsReference(program)).toMatchFileSnapshot('../../../docs/reference/settings.md');
});

it('the version is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../package.json'), 'utf8'));
  expect(program.version()).toBe(version);
});
