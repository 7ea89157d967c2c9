/**
 * Writes a page for every problem code from the catalogs, so that a page cannot say anything else than the product does.
 * Part of `npm run generate`; test/docs/problems.test.ts fails while a page is missing, stale or left over.
 */
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { problemPages } from '../test/docs/problem-pages.ts';

const folder = path.resolve(import.meta.dirname, '../docs/problems');
await fs.rm(folder, { recursive: true, force: true });
await fs.mkdir(folder, { recursive: true });
for (const [name, text] of problemPages()) await fs.writeFile(path.join(folder, name), text);
