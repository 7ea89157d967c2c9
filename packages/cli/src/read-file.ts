/** Files that the command line names. What cannot be read is a wrong command line. */
import { jsonObject } from '@muster/contract';
import { accessSync, constants, openAsBlob, readFileSync } from 'node:fs';
import { usage } from './failure.ts';

/** @throws Failure `usage` when it holds anything but a JSON object. */
export function readJsonObject(path: string): Record<string, unknown> {
  const read = jsonObject.safeParse(readJson(path));
  if (read.success) return read.data;
  throw usage(`${path} must hold a JSON object.`);
}

/** The content is read while it is sent, never as a whole. */
export async function openFile(path: string): Promise<Blob> {
  try {
    accessSync(path, constants.R_OK);
    return await openAsBlob(path);
  } catch (error) {
    throw unreadable(path, error);
  }
}

function readJson(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw unreadable(path, error);
  }
}

function unreadable(path: string, error: unknown): Error {
  return usage(`${path} cannot be read: ${error instanceof Error ? error.message : String(error)}`);
}
