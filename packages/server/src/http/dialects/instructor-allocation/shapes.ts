import { z } from 'zod';

/** Where this system has its calls about students and instructors. */
export const AUTH = '/api/v1/auth';

export const personRef = z.object({ id: z.string(), name: z.string(), email: z.string().nullable() });
