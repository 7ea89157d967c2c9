// `npm run demo`: makes the clone ready, then is `muster demo` with the same arguments, in this very process: signals and
// exit codes need no forwarding.
import { setup } from './setup.mjs';
import { orExit } from './tell.mjs';

await orExit(setup);
process.argv.splice(2, 0, 'demo');
await import('../packages/cli/bin/muster.mjs');
