import { expect, it } from 'vitest';
import { IDS, runBench } from './run.ts';

it('the benchmark measures each of its figures at a small scale', async () => {
  const figures = await runBench({ only: IDS, scale: 0.002, tell: () => undefined });
  expect(new Set(figures.map((figure) => figure.id))).toEqual(new Set(IDS));
  expect(figures.filter((figure) => !(figure.measured > 0))).toEqual([]);
}, 240_000);
