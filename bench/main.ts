/**
 * `npm run bench`: measures against the bare database in the same run, prints a table and ends with exit code 1 when a
 * bar is missed. `-- --only P1,P4` measures some; `--scale 0.01` with fewer rows; `--json FILE` writes the figures.
 */
import { writeFileSync } from 'node:fs';
import * as os from 'node:os';
import { parseArgs } from 'node:util';
import { isMet, table } from './figures.ts';
import { IDS, runBench } from './run.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: IDS.join(',') },
    scale: { type: 'string', default: '1' },
    json: { type: 'string' },
  },
});
const wanted = values.only.toUpperCase().split(',');
const only = IDS.filter((id) => wanted.includes(id));
const scale = Number(values.scale);
if (only.length === 0 || !(scale > 0)) {
  console.error(`Give --only some of ${IDS.join(',')} and --scale a number above 0.`);
  process.exit(2);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(130));

const cpus = os.cpus();
const machine = `${cpus.length} × ${cpus[0]?.model.trim() ?? 'unknown processor'}, ${(os.totalmem() / 1024 ** 3).toFixed(0)} GB, ${os.platform()} ${os.release()}, Node ${process.versions.node}`;
console.error(machine);
const figures = await runBench({ only, scale, tell: (line) => console.error(line) });
console.log(table(figures));
if (values.json !== undefined) {
  const lines = figures.map((figure) => ({ ...figure, ok: isMet(figure) }));
  writeFileSync(
    values.json,
    `${JSON.stringify({ machine, scale, at: new Date().toISOString(), figures: lines }, null, 2)}\n`,
  );
}
process.exitCode = figures.every(isMet) ? 0 : 1;
