// `npm run bench`: makes the clone ready, then runs bench/main.ts with the same arguments.
import { spawn } from 'node:child_process';
import { root } from './build.mjs';
import { setup } from './setup.mjs';
import { orExit } from './tell.mjs';

await orExit(setup);
const bench = spawn(process.execPath, ['--import', 'tsx', 'bench/main.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
});
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) {
  process.on(signal, () => bench.kill(signal));
}
bench.on('exit', (code) => {
  process.exitCode = code ?? 1;
});
