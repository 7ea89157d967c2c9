/** The pages of the reference that follow from the command line itself. */
import type { Command, Option } from 'commander';
import { AFTER_HELP } from './program.ts';
import { valueText } from './show/words.ts';

/** docs/reference/cli.md: the help of every command. */
export function cliReference(program: Command): string {
  const commands = commandsBelow(program).filter((command) => command.commands.length === 0);
  return [
    '# The command line',
    'Generated from the help texts; a test compares. `muster COMMAND --help` shows the same.',
    fenced(program.helpInformation(), AFTER_HELP),
    ...commands.flatMap((command) => [`## \`${nameOf(command)}\``, fenced(command.helpInformation())]),
    '',
  ]
    .join('\n\n')
    .trimEnd()
    .concat('\n');
}

/** docs/reference/settings.md: what can be set in the environment. */
export function settingsReference(program: Command): string {
  const settings = new Map<string, { option: Option; commands: string[] }>();
  for (const command of commandsBelow(program)) {
    for (const option of command.options) {
      if (option.envVar === undefined) continue;
      const setting = settings.get(option.envVar) ?? { option, commands: [] };
      settings.set(option.envVar, setting);
      setting.commands.push(nameOf(command));
    }
  }
  const server = [...settings]
    .sort(([a], [b]) => a.localeCompare(b))
    .flatMap(([name, { option, commands }]) => [`### \`${name}\``, settingText(option, commands)]);
  return `${[SETTINGS_INTRODUCTION, ...server, CLIENT_SETTINGS].join('\n\n')}\n`;
}

const SETTINGS_INTRODUCTION = `# Settings

What can be set without writing it on each command line. A flag wins over the environment. Generated from the command line;
a test compares.

Settings of an organization (its time zone, its guards, its messages) are no settings of the program: they are changed at
\`PATCH /api/organization\`.

## On the machine of the database`;

const CLIENT_SETTINGS = `## Over HTTP

### \`MUSTER_URL\`

The address of the server, as \`--url\`. Default: the server of the last \`muster login\`, then \`http://127.0.0.1:4000\`.

### \`MUSTER_TOKEN\`

The token of a sign-in, in place of the kept one, for scripts and scheduled runs.

### \`MUSTER_ORGANIZATION\`

The id of the organization to act in, as \`--organization\`, for accounts with several.

### \`MUSTER_PASSWORD\`

The password for \`muster login\`, so that it does not stand on a command line.

### \`XDG_CONFIG_HOME\`

The sign-in is kept in \`muster/credentials.json\` below it, readable by its owner alone. Default: \`~/.config\`.

### \`MUSTER_DEBUG\`

Set to anything, an unexpected error is shown with its stack.`;

function commandsBelow(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...commandsBelow(child)]);
}

function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}

function settingText(option: Option, commands: readonly string[]): string {
  const fallback: unknown = option.defaultValue;
  const standard = fallback === undefined ? '' : ` Default: \`${valueText(fallback)}\`.`;
  const choices =
    option.argChoices === undefined ? '' : ` One of ${option.argChoices.map((choice) => `\`${choice}\``).join(', ')}.`;
  const flags = `\`${option.flags}\` of ${commands.map((name) => `\`${name}\``).join(', ')}`;
  return `${flags}: ${option.description}.${choices}${standard}`;
}

function fenced(...texts: readonly string[]): string {
  return `\`\`\`text\n${texts.map((text) => text.trimEnd()).join('\n')}\n\`\`\``;
}
