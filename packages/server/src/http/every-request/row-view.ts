/** What a record of any subject looks like in answers. */
import { z } from 'zod';
import type { ColumnType, Entity } from '../../db/entity.ts';
import type { Row } from '../../school/records/rows.ts';

const OF_COLUMN: Readonly<Record<ColumnType, z.ZodType>> = {
  uuid: z.string().nullable(),
  text: z.string().nullable(),
  'text[]': z.array(z.string()).nullable(),
  integer: z.int().nullable(),
  numeric: z.number().nullable(),
  boolean: z.boolean().nullable(),
  date: z.iso.date().nullable(),
  timestamptz: z.iso.datetime().nullable(),
  jsonb: z.unknown(),
};

/** What a record looks like in answers. @param id - Its name in the API's description. */
export function rowSchema(entity: Entity, id: string, extra: z.ZodRawShape = {}): z.ZodObject {
  const columns = Object.fromEntries(Object.entries(entity.columns).map(([name, type]) => [name, OF_COLUMN[type]]));
  const always = { id: z.string(), version: z.int(), created_at: z.iso.datetime(), updated_at: z.iso.datetime() };
  return z.object({ ...always, ...columns, ...extra }).meta({ id });
}

export function viewRow(row: Row): Row {
  return Object.fromEntries(
    Object.entries(row).map(([name, value]) => [name, value instanceof Date ? value.toISOString() : value]),
  );
}
