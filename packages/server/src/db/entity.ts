/** What has to be known of a table to plan, apply and reverse changes of its rows. */
import type { ProblemCode } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';

/** PostgreSQL types that a change's JSON is read back as. */
export type ColumnType =
  'uuid' | 'text' | 'text[]' | 'integer' | 'numeric' | 'boolean' | 'date' | 'timestamptz' | 'jsonb';

export interface Entity {
  /** Singular, as it stands in `changes.entity`. */
  readonly name: string;
  readonly table: string;
  /** Every column a change may carry: all but org_id, id, version, updated_at and generated ones. */
  readonly columns: Readonly<Record<string, ColumnType>>;
  /** Values for columns that an insert leaves out. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** Column → entity it refers to. Parents stand earlier in the list of entities. */
  readonly references?: Readonly<Record<string, string>>;
  /** Columns besides `id` that other tables refer to, and that a row can lose. */
  readonly keys?: Readonly<Record<string, LosableKey>>;
  /** What whoever signs in as this row may lose. */
  readonly rights?: Rights;
  /** The part of the row that belongs to another and is undone with it, as steps belong to an assignment. */
  readonly partOf?: PartOf;
  /** A number on the parent that counts these rows, such as the taken seats of a batch. */
  readonly counter?: Counter;
  /** What it means when a rule of the table refuses a row, by the rule's name; general words for the others. */
  readonly refusals?: Readonly<Record<string, ProblemCode>>;
  /** How a row that has been used since is taken back instead of deleted, when the undo asks for all. */
  readonly retired?: Readonly<Record<string, unknown>>;
  /**
   * Of these rows one has to end before the next may begin: they are removed and changed before any is inserted. No
   * such row refers to one that the same item makes.
   */
  readonly endsFirst?: true;
  /**
   * A number that the engine keeps on a row of another entity, seen as a record of its own so that it can be set right.
   * It changes without the row's version and is compared by value; nobody edits it by hand.
   */
  readonly isKept?: true;
  /**
   * JSON of the columns that follow from the values, JSON, that somebody gives of row `e`, all of whose columns are null
   * for a new one: the name that is shown from its parts.
   */
  readonly follows?: (given: RawBuilder<unknown>) => RawBuilder<unknown>;
  /**
   * What no row of it may be, whatever writes it: a select of `item_no`, `code` and `detail` (jsonb, fills the words of the
   * code) of the faults among planned rows, asked in every plan, undo's included, and again before they are written.
   *
   * @param planned - Table expression of the planned rows of this entity: `item_no` int, `id` uuid, `action` (insert,
   *   update or delete), `before` (jsonb of the row as it is; null for an insert), `after` (jsonb of the row as it would
   *   be; null for a delete), `changed` (jsonb of the planned values alone).
   */
  rules?(planned: RawBuilder<unknown>, context: RuleContext): RawBuilder<unknown>;
}

/** Who writes, when, and by which settings of the organization. */
export interface RuleContext {
  readonly orgId: string;
  readonly accountId: string;
  readonly userId: string | null;
  /** The strongest role that they act with. */
  readonly role: string;
  readonly now: Date;
  readonly settings: Readonly<Record<string, unknown>>;
  /** The planned rows of another entity in the same plan, in the same columns: the teachers that come with a batch. */
  readonly alsoPlanned: (entity: string) => RawBuilder<unknown>;
}

export interface LosableKey {
  /** The columns that refer to it. */
  readonly columns: readonly (readonly [table: string, column: string])[];
  /** Condition: `row` has it, and has it no more once it holds `values`, JSON. */
  readonly isLost: (row: string, values: RawBuilder<unknown>) => RawBuilder<unknown>;
  /** Why a row that is referred to keeps it. */
  readonly code: ProblemCode;
}

export interface Rights {
  /** Holds the version of the row with which a right was last lost. Of no change, so that nothing sets it back. */
  readonly column: string;
  /** Condition: `row` loses a right once it holds `values`, JSON. */
  readonly areLost: (row: string, values: RawBuilder<unknown>) => RawBuilder<unknown>;
}

export interface PartOf {
  readonly entity: string;
  readonly column: string;
  /** Whoever edits the part edits the whole: the version of its row moves. */
  readonly isEditOfWhole?: true;
}

/** `parent.column` is the number of rows whose `via` names the parent and whose status is one of `statuses`. */
export interface Counter {
  readonly parent: string;
  readonly via: string;
  readonly column: string;
  readonly statuses: readonly string[];
  /** The parent's column that the number may not exceed, where it is not null, and the check that says so. */
  readonly limit?: { readonly column: string; readonly rule: string };
}

/** Entities in the order in which rows are inserted: parents first. Deletes go the other way. */
export type Entities = readonly Entity[];

export function getEntity(entities: Entities, name: string): Entity {
  const found = entities.find((entity) => entity.name === name);
  if (found === undefined) throw new Error(`No entity is called ${name}.`);
  return found;
}

/** In words: one of its rows. */
export function calledIn({ name }: Entity): string {
  return name.replaceAll('_', ' ');
}

/** The row behind `alias` as the JSON that changes hold. */
export function rowJson(entity: Entity, alias: string): RawBuilder<unknown> {
  const columns = columnNames(entity).map((name) => sql.ref(`${alias}.${name}`));
  return sql`(select to_jsonb(r) from (select ${sql.join(columns)}) r)`;
}

/** `created_at` travels with every row, so that a deleted row comes back as it was. */
export function columnNames(entity: Entity): string[] {
  return [...Object.keys(entity.columns), 'created_at'];
}

/** The columns of {@link columnNames} with their types. */
export function typesOf(entity: Entity): Readonly<Record<string, ColumnType>> {
  return { ...entity.columns, created_at: 'timestamptz' };
}

/** `name type, …` for jsonb_to_record. */
export function columnTypes(entity: Entity): RawBuilder<unknown> {
  return sql.join(Object.entries(typesOf(entity)).map(([name, type]) => sql`${sql.ref(name)} ${sql.raw(type)}`));
}

/** Condition: one of the columns refers to the row behind `alias`. */
export function isReferredTo(orgId: string, columns: LosableKey['columns'], alias: string): RawBuilder<unknown> {
  const uses = columns.map(
    ([child, column]) =>
      sql`exists (select from ${sql.table(child)} k where k.org_id = ${orgId} and ${sql.ref(`k.${column}`)} = ${sql.ref(`${alias}.id`)})`,
  );
  return sql`(${sql.join(uses, sql` or `)})`;
}

export function table(entity: Entity): RawBuilder<unknown> {
  return sql.table(entity.table);
}
