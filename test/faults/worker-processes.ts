/** Workers in processes of their own, to be killed. */
import { spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
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
  const script = fileURLToPath(new URL('./worker-process.ts', import.meta.url));
  const args = idleMsMax === undefined ? [appUrl] : [appUrl, String(idleMsMax)];
  return {
    start: async () => {
      const worker = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      running.add(worker);
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
