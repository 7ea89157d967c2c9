import { z } from 'zod';

/** What a list of people, sequences, classes or units tells about each, as far as one is looked up by name. */
const foundThing = z.object({
  id: z.string(),
  title: z.string().optional(),
  name: z.string().optional(),
  full_name: z.string().optional(),
  code: z.string().nullish(),
  email: z.string().nullish(),
  username: z.string().nullish(),
  external_id: z.string().nullish(),
});
export type FoundThing = z.infer<typeof foundThing>;

export const foundThings = z.object({ items: z.array(foundThing) });
