/**
 * What a kind of operation is. A kind says what it wants: it reads the present state and writes a plan of items and
 * changes. The engine previews, confirms, applies, reports and undoes that plan; a kind has no code for any of these.
 */
import type { ProblemCode, Role } from '@muster/contract';
import { sql, type RawBuilder } from 'kysely';
import type { z } from 'zod';
import type { OrgTransaction } from '../db/database.ts';
import type { FieldDefinition } from '../formats/mapping/mapping.ts';
import type { Actor } from '../tenancy/actor.ts';

declare module 'zod' {
  /** What a parameter says of itself beside its `title` and `description`, so that a form can be made of it. */
  interface GlobalMeta {
    /** Of a number: days, percent, students, … */
    unit?: string;
    /** Of an id or a list of ids: the entity that it names, as the registry calls it. */
    entity?: string;
    /** Of a list of ids. */
    many?: boolean;
    /** Of ids of people: the role of those who can be chosen. */
    role?: Role;
    /** Of a choice: the words for values that do not say it themselves. */
    labels?: Readonly<Record<string, string>>;
    /** Not asked for in a form: filled in by whoever starts the operation. */
    'x-hidden'?: boolean;
    /** Says whom the operation is for. */
    'x-target'?: boolean;
  }
}

export interface Kind<Params = unknown> {
  readonly name: string;
  /** What people read: "Assign a sequence". */
  readonly title: string;
  readonly aliases?: readonly string[];
  /** Started by the engine alone: no caller names it, no template and no retry repeats it. */
  readonly isInternal?: true;
  /** Each property has its title, help, bounds and, for an id, its entity: a form is made of them, in their order. */
  readonly params: z.ZodType<Params>;
  /** Roles that may start it; whom they may change is the plan's question. */
  readonly roles: readonly Role[];
  /** Items a transaction applies; up to `itemsMax` while chunks are fast. */
  readonly chunk: { readonly items: number; readonly itemsMax?: number };
  /** Whom the parameters mean, where it takes people: their number is limited by role, and nobody is refused. */
  people?(params: Params, actor: Actor): People;
  /**
   * Refuses what need not be planned to be known as wrong. Asked when the draft is made, when it is planned and when it
   * is confirmed, whatever the door.
   */
  admits?(admission: Admission<Params>): Promise<void>;
  /**
   * Rows, by entity, that only one single edit at a time plans with: the batch whose seats are counted. They are locked
   * before the plan where plan and apply are one transaction; larger operations meet each other's work as drift.
   */
  contended?(params: Params): Readonly<Record<string, readonly string[]>>;
  /**
   * The entity of the record that an item is about, where it writes rows of several: that of the first of these of which
   * there is one. Otherwise the first in the order of the registry, made rather than changed.
   */
  readonly records?: readonly string[];
  /** The input is a file, staged row by row before the plan. */
  readonly rows?: RowReading;
  /** `target_model` of mappings that can be saved for it although it reads no files yet. */
  readonly mappedTarget?: string;
  /** What a person has to settle before it runs. */
  readonly guards?: Guards;
  /**
   * What its plan judges as the tables would, so that it is not looked at once more: the new and changed rows of these
   * entities; whether rows that go are referred to. For kinds of very many rows, which look that up anyway.
   */
  readonly judges?: {
    readonly rows?: readonly string[];
    readonly goings?: true;
    /** Condition on items `i`: where one is like this the rows are looked at all the same. */
    readonly unless?: RawBuilder<unknown>;
  };
  /**
   * Why the subject of item `i` cannot be worked with any more: a select of at most one row with `code`. Asked before each
   * chunk, as people change while it runs. Null where it does not matter.
   */
  bars?(context: FitnessContext): RawBuilder<unknown> | null;
  /** Why an operation with these parameters cannot be undone; null, or left out, where it can. */
  irreversible?(params: Params): string | null;
  /** What the plan's sentence calls actions, where it has a better word: "archive" for `remove`. */
  readonly verbs?: Partial<Readonly<Record<ItemAction, string>>>;
  /** Events and messages of its own. */
  readonly says?: Says<Params>;
  /** Parameters with corrections for single failed items, by item key, for a retry. */
  correct?(params: Params, corrections: Readonly<Record<string, unknown>>): Params;
  plan(plan: Plan, context: PlanContext<Params>): Promise<void>;
}

export interface People {
  /** How many the parameters name outright, so that a list above the limit is refused before it is planned. */
  readonly listed: number;
  /** A select of the `id` of each, whether it exists or not; null where the plan alone finds them. */
  readonly meant: RawBuilder<{ id: string }> | null;
  /** Nobody may be meant: what is set to an empty list is emptied. */
  readonly mayBeNobody?: boolean;
}

/** A draft is made, or changed, or planned, or confirmed. */
export type Step = 'draft' | 'change' | 'plan' | 'confirm';

export interface Admission<Params = unknown> {
  readonly tx: OrgTransaction;
  readonly actor: Actor;
  readonly params: Params;
  readonly now: Date;
  readonly step: Step;
}

export interface Says<Params> {
  /** Begins the names of the operation's own events; `operation` where it is left out: {@link eventPrefix}. */
  readonly prefix?: string;
  /** Name of the event written for each item that is done; or their names, as an SQL list of the item's columns. */
  readonly done?: string | RawBuilder<unknown>;
  /**
   * Messages when the operation has ended, of its successful items alone: a select of `topic`, `recipient_id` and
   * `payload` (jsonb). Written to the outbox in the transaction that ends it. Null for none.
   */
  ended?(context: NoticeContext<Params>): RawBuilder<unknown> | null;
  /** The same when such an operation was undone; `params` are those of the undone one. */
  undone?(context: UndoNoticeContext<Params>): RawBuilder<unknown> | null;
}

/** How the rows of a file become what the plan reads: `clean` values and the `keys` by which rows find their records. */
export interface RowReading {
  /** `target_model` of mappings for it, for example User. */
  readonly target: string;
  readonly fields: readonly FieldDefinition[];
  /** Fills in what follows from a row's values, such as a display name from its parts; gives the same object back. */
  complete(values: Record<string, unknown>): Record<string, unknown>;
  /** Up to three identifiers in order of strength, each normalised for comparing or null. */
  keys(values: Readonly<Record<string, unknown>>): readonly (string | null)[];
}

export interface Guards {
  /** Where a large share of something may go or change: what takes it away, what changes it, and of how many. */
  readonly share?: Share;
  /** The number of people has to be typed where there are many, or where the plan takes away what they have. */
  readonly typed?: {
    /** Condition on items `i` of the plan: they take something away. */
    readonly takesAway: RawBuilder<unknown>;
  };
  /** Items with errors block the whole operation instead of failing alone. */
  readonly errorsBlock?: true;
  /** Needs a second person whatever the client asks. */
  readonly needsApproval?: true;
}

export interface Share {
  /** Item actions that take something away. */
  readonly removes: readonly ItemAction[];
  /** Item actions that change something. */
  readonly updates: readonly ItemAction[];
  /** A select of one number: how many there are in all. */
  scope(context: PlanContext): RawBuilder<{ count: number }>;
}

export interface PlanContext<Params = unknown> {
  readonly tx: OrgTransaction;
  readonly orgId: string;
  readonly operationId: string;
  readonly actor: Actor;
  readonly params: Params;
  readonly now: Date;
  /** IANA name, for dates given without a time. */
  readonly timezone: string;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Why an administrator sets rules aside, in their words; null where none are. */
  readonly overrideReason: string | null;
  /**
   * An id for a row to be inserted, the same each time this plan is made. `name` is unique within the operation. Where many
   * rows are planned, `place` (the number of the item) lets their ids follow each other.
   */
  readonly newId: (name: RawBuilder<unknown>, place?: RawBuilder<unknown>) => RawBuilder<string>;
}

export interface FitnessContext {
  readonly orgId: string;
  readonly actor: Actor;
  readonly overrideReason: string | null;
}

export interface NoticeContext<Params = unknown> {
  readonly orgId: string;
  readonly operationId: string;
  readonly params: Params;
}

export interface UndoNoticeContext<Params = unknown> extends NoticeContext<Params> {
  /** `operationId` is the undo; this is what it undoes. */
  readonly undoneId: string;
}

/** What an item may be called. The first six change something; a skip and an error carry a code. */
export type ItemAction = 'create' | 'update' | 're_enroll' | 'merge' | 'move' | 'remove' | 'skip' | 'error';

/**
 * Columns of a select of items:
 * `item_no` integer, 1-based and unique (0 for what several items share) · `row_no` integer or null, the line of the input ·
 * `key` text or null, what names the item in a retry · `subject_id` uuid or null · `label` text · `input` jsonb or null ·
 * `action` {@link ItemAction} · `code` {@link ProblemCode} or null · `detail` jsonb or null, fills the words of the code ·
 * `warnings` jsonb or null, a list of `{code, …detail}`.
 */
export type ItemSelect = RawBuilder<unknown>;

/** Writes the plan. Selects name their columns; their order does not matter. Nothing here touches school data. */
export interface Plan {
  items(select: ItemSelect): Promise<void>;
  /** The items written so far, as a table expression: what a second statement joins instead of deciding again. */
  readonly planned: RawBuilder<unknown>;
  /** Inserts rows: `item_no`, `id`, `after` (jsonb; columns left out take the entity's defaults). */
  insert(entity: string, select: RawBuilder<unknown>): Promise<void>;
  /** Updates rows: `item_no`, `id`, `after` (jsonb of the columns to set). Columns that stay the same are dropped. */
  update(entity: string, select: RawBuilder<unknown>): Promise<void>;
  /** Deletes rows: `item_no`, `id`. */
  remove(entity: string, select: RawBuilder<unknown>): Promise<void>;
  /**
   * Items of which each means at most one row of one entity: the columns of {@link ItemSelect} and `change` (text:
   * insert, update or null), `id`, `after`. An update that changes nothing becomes a skip, `unchanged`.
   */
  each(entity: string, select: ItemSelect, values?: EachValues): Promise<void>;
}

/** Spares putting the values of each row together only to find that nothing differs. */
export interface EachValues {
  /** Columns of the entity that the select gives as its own, beside `after`; null leaves the row's as it is. */
  readonly beside?: readonly string[];
  /** Of these columns those that are written along with others and are no change by themselves. */
  readonly along?: readonly string[];
  /** Keys of `after` that are no columns. */
  readonly leftOut?: readonly string[];
}

/** Why an operation of this kind with these parameters cannot be undone; null where it can. */
export function whyIrreversible(kind: Kind, params: unknown): string | null {
  return kind.irreversible?.(kind.params.parse(params)) ?? null;
}

/** What the names of its operations' own events begin with. */
export function eventPrefix(kind: Kind): string {
  return kind.says?.prefix ?? 'operation';
}

/** A code from the catalog, for use inside SQL. */
export function code(name: ProblemCode): RawBuilder<string> {
  return sql.lit(name);
}

/** Keeps the parameter type of a kind between its schema and its plan. */
export function defineKind<Params>(kind: Kind<Params>): Kind<Params> {
  return kind;
}
