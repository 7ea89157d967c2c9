/** JSON whose shape nothing else decides: bounded, so that nobody's drafts and templates weigh on everybody, and without secrets. */
import { z } from 'zod';
import { isStorable } from './clean-text.ts';
import { isSecretName } from './secret-names.ts';

export interface JsonBounds {
  readonly bytesMax: number;
  readonly depthMax: number;
  /** Values, the empty ones included. */
  readonly nodesMax: number;
}

export const FREE_JSON: JsonBounds = { bytesMax: 256 * 1024, depthMax: 32, nodesMax: 20_000 };
/** Of a whole body: many short values, such as the ids of all students, are right. */
export const BODY_JSON: Omit<JsonBounds, 'bytesMax'> = { depthMax: 40, nodesMax: 500_000 };

const TOO_DEEP = (most: number) => `it is nested more than ${String(most)} deep`;
const TOO_MANY = (most: number) => `it has more than ${String(most)} values`;

/** What is wrong with a value, in words, without walking further than allowed; null where all is well. */
export function jsonFault(
  value: unknown,
  bounds: JsonBounds,
  isAllowed: (key: string) => boolean = () => true,
): string | null {
  let level: unknown[] = [value];
  let nodes = 1;
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > bounds.depthMax) return TOO_DEEP(bounds.depthMax);
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one !== 'object' || one === null) continue;
      for (const [key, inner] of Object.entries(one)) {
        if (++nodes > bounds.nodesMax) return TOO_MANY(bounds.nodesMax);
        if (!Array.isArray(one) && !isAllowed(key))
          return `"${key.slice(0, 60)}" looks like a secret, and it would be kept as it is; leave it out`;
        next.push(inner);
      }
    }
    level = next;
  }
  // Longer in bytes than in characters at most; counted only where it may matter.
  const text = JSON.stringify(value);
  const bytes = text.length * 3 <= bounds.bytesMax ? 0 : new TextEncoder().encode(text).length;
  return bytes > bounds.bytesMax ? `it has ${String(bytes)} bytes; at most ${String(bounds.bytesMax)} fit` : null;
}

/** The same of JSON that is text still, as far as its shape goes: what is refused is never built. */
export function jsonTextFault(text: string, { depthMax, nodesMax }: Omit<JsonBounds, 'bytesMax'>): string | null {
  let depth = 0;
  let nodes = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) at = endOfString(text, at);
    else if (code === BRACE || code === BRACKET) {
      if (++depth > depthMax) return TOO_DEEP(depthMax);
      nodes++;
    } else if (code === END_BRACE || code === END_BRACKET) depth--;
    else if (code === COMMA) nodes++;
    if (nodes > nodesMax) return TOO_MANY(nodesMax);
  }
  return null;
}

/** Path of the first text, or name, that no database can keep; null where there is none. The value is bounded already. */
export function unstorableAt(value: unknown, path: readonly string[] = []): string | null {
  if (typeof value === 'string') return isStorable(value) ? null : path.join('.');
  if (typeof value !== 'object' || value === null) return null;
  for (const [key, inner] of Object.entries(value)) {
    const found = isStorable(key) ? unstorableAt(inner, [...path, key]) : [...path, '?'].join('.');
    if (found !== null) return found;
  }
  return null;
}

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const [BRACKET, END_BRACKET, BRACE, END_BRACE] = [91, 93, 123, 125];

/** Where the string that begins at `start` ends. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  for (; at < text.length && text.charCodeAt(at) !== QUOTE; at++) if (text.charCodeAt(at) === BACKSLASH) at++;
  return at;
}

/** Any object within the bounds, without keys that name secrets. */
export function freeJson(bounds: JsonBounds = FREE_JSON) {
  return z.record(z.string(), z.unknown()).superRefine((value, context) => {
    const message = jsonFault(value, bounds, (key) => !isSecretName(key));
    if (message !== null) context.addIssue({ code: 'custom', message });
  });
}
