/** Workers in processes of their own, to be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { TestDatabase } from '../fixtures/database.ts';

export interface Workers {
  /** Resolves when it takes jobs. */
  start(): Promise<ChildProcess>;
  /** All of them, at once and without a word. */
  kill(): void;
}

/** @param idleMsMax - How long a worker may say nothing before it counts as stopped, in milliseconds. */
export function workersOn({ appUrl }: TestDatabase, idleMsMax?: number): Workers {
  const running = new Set<ChildProcess>();
  const program = compiled();
  const args = idleMsMax === undefined ? [appUrl] : [appUrl, String(idleMsMax)];
  return {
    start: async () => {
      // Its dependencies are found from here, as the program itself comes from no file.
      const worker = spawn(process.execPath, ['--input-type=module', '-', ...args], {
        cwd: import.meta.dirname,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      running.add(worker);
      worker.stdin.end(await program);
      await new Promise<void>((resolve, reject) => {
        worker.stdout.once('data', () => {
          resolve();
        });
        worker.once('exit', () => {
          reject(new Error('The worker ended before it was ready.'));
        });
      });
      return worker;
    },
    kill: () => {
      for (const worker of running) worker.kill('SIGKILL');
      running.clear();
    },
  };
}

/** Compiled once for all that are started, which are many. */
async function compiled(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(import.meta.dirname, 'worker-process.ts')],
    alias: { '@muster/contract': join(import.meta.dirname, '../../packages/contract/src/index.ts') },
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    write: false,
  });
  return outputFiles[0]?.text ?? '';
}
