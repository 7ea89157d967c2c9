/**
 * Compiled checks would need `eval`, which the page's content security policy forbids. To be imported before anything that
 * makes a schema: a schema decides when it is made.
 */
import { config } from 'zod';

config({ jitless: true });
