#!/usr/bin/env node
// The `muster` command. In a checkout it first builds what is out of date, which costs a few milliseconds when nothing is.
import { existsSync } from 'node:fs';

const root = new URL('../../../', import.meta.url);
const scripts = new URL('scripts/', root);
if (existsSync(scripts)) {
  const { buildStale } = await import(new URL('build.mjs', scripts).href);
  const { orExit } = await import(new URL('tell.mjs', scripts).href);
  await orExit(buildStale);
}
// Stacks name the lines of the sources, not of the bundle.
process.setSourceMapsEnabled(true);
await import(new URL('dist/cli.mjs', root).href);
