import type { Api } from '../api.ts';
import type { DemoFiles } from '../school/files.ts';

/** What a step works with. */
export interface Stage {
  readonly api: Api;
  readonly school: DemoFiles;
  /** One line of the step's result. */
  readonly say: (line: string) => void;
}

/** `Preview   This will create 297.` */
export function labelled(label: string, text: string): string {
  return `${label.padEnd(9)} ${text}`;
}

export function grouped(count: number): string {
  return count.toLocaleString('en-US');
}

/** `1 class`, `40 classes` */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}
