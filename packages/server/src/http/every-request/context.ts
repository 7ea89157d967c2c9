/** What every route works with, and who is asking. */
import { Problem, type Role } from '@muster/contract';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  FastifyRequest,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Database } from '../../db/database.ts';
import type { Engine } from '../../engine/index.ts';
import type { Actor } from '../../tenancy/actor.ts';
import type { SignIn } from '../../tenancy/sign-in.ts';

export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Each window a body that is not there yet has to have grown by so much. */
export interface Pace {
  readonly windowMs: number;
  readonly bytesPerWindowMin: number;
  /** From the first byte to the last, of JSON. */
  readonly bodyMsMax: number;
  /** The same of a file. */
  readonly uploadMsMax: number;
}

export interface HttpSettings {
  /** Folder of the built web app; without it only the API is served. */
  readonly webDir?: string | undefined;
  /** Address that links point to; the request's own where it is left out. */
  readonly publicUrl?: string | undefined;
  /** Whether a mail server is set. */
  readonly sendsMail?: boolean | undefined;
  /** Addresses of proxies whose X-Forwarded-* headers are believed, or true for any. */
  readonly trustProxy?: boolean | string | undefined;
  /** Largest file, in bytes; LIMITS.uploadBytesMax where it is left out. */
  readonly uploadBytesMax?: number | undefined;
  /** What whoever reads `/metrics` has to show; without it there is no such address. */
  readonly metricsToken?: string | undefined;
  /** Where uploads lie until they are whole; the folder for temporary files when it is left out. */
  readonly spoolDir?: string | undefined;
  /** How slowly a body may arrive. */
  readonly pace?: Pace | undefined;
  /** After which a sign-in that nobody uses ends; IDLE_MINUTES where it is left out. */
  readonly idleMinutes?: number | undefined;
  /** Before which no sign-in is answered, in milliseconds. */
  readonly signInMs?: number | undefined;
  /** What one account may ask of this process in a minute; without it there is no limit. */
  readonly requestsPerMinute?: number | undefined;
}

/** Each window a body that is not there yet has to have grown by so much. */
export interface Pace {
  readonly windowMs: number;
  readonly bytesPerWindowMin: number;
  /** From the first byte to the last, of JSON. */
  readonly bodyMsMax: number;
  /** The same of a file. */
  readonly uploadMsMax: number;
}

export interface HttpContext {
  readonly engine: Engine;
  readonly database: Database;
  readonly settings: HttpSettings;
  readonly logger?: FastifyBaseLogger;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who is let in: everybody, who is signed in, or (left out) who acts in an organization. */
    access?: 'public' | 'account';
    /** Roles that are let in; all but students where it is left out. */
    roles?: readonly Role[];
    /** Clients of some answers look for `success` also in a refusal, and show its first sentence alone. */
    envelope?: 'success';
  }
  interface FastifyRequest {
    signIn: SignIn | null;
    actor: Actor | null;
  }
}

export const ADMINS = ['system_admin', 'subscriber_admin', 'teacher_admin'] as const;
export const STAFF = [...ADMINS, 'teacher'] as const;
export const EVERYBODY = [...STAFF, 'student'] as const;

/** Who is asking. @throws Problem `unauthenticated` on a route that is open to everybody. */
export async function actorOf(request: FastifyRequest): Promise<Actor> {
  if (request.actor === null) throw new Problem('unauthenticated');
  return request.actor;
}
