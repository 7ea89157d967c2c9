/** Why an invite cannot be written as it is given. */
import type { ProblemCode } from '@muster/contract';
import type { InviteForm, OptionForm, PlanForm } from './form.ts';
import type { Known, KnownInvite } from './known.ts';
import { isDefaultInvite, optionKey } from './rows.ts';

export interface Fault {
  readonly code: ProblemCode;
  readonly detail: Readonly<Record<string, unknown>>;
}

/** What earlier invites of the same operation take for themselves. */
export interface Taken {
  /** Batch → name of the invite that becomes its default. */
  readonly defaults: Map<string, string>;
  readonly codes: Set<string>;
  /** Invites and options that are changed already. */
  readonly changed: Set<string>;
}

export function nothingTaken(): Taken {
  return { defaults: new Map(), codes: new Set(), changed: new Set() };
}

/** The first fault, in the order in which a person would correct them. An invite without one takes its share. */
export function faultOf(form: InviteForm, known: Known, taken: Taken): Fault | null {
  const present = form.id === undefined ? undefined : known.invites.get(form.id);
  if (form.id !== undefined && present === undefined) return { code: 'not_found', detail: {} };
  const fault =
    missingFault(form) ??
    outsideFault(form, known) ??
    dateFault(form, present) ??
    codeFault(form, known, taken) ??
    linkFault(form, known) ??
    doubledFault(form, taken) ??
    defaultFault(form, present, known, taken);
  if (fault === null) take(form, present, taken);
  return fault;
}

function missingFault(form: InviteForm): Fault | null {
  if (form.id === undefined && form.name === undefined) return required('name');
  const options = (form.links ?? []).map((link) => link.payment_option);
  if (options.some((option) => option.id === undefined && option.name === undefined))
    return required('payment_option.name');
  const plans = options.flatMap((option) => option.payment_plans ?? []);
  return plans.some((plan) => plan.id === undefined && plan.name === undefined) ? required('payment_plans.name') : null;
}

function outsideFault(form: InviteForm, known: Known): Fault | null {
  const touched = [form.id, ...(form.links ?? []).flatMap((link) => [link.batch_id, link.payment_option.id])];
  const batch = touched.map((id) => known.outside.get(id ?? '')).find((name) => name !== undefined);
  return batch === undefined ? null : { code: 'batch_out_of_scope', detail: { label: batch } };
}

function dateFault(form: InviteForm, present: KnownInvite | undefined): Fault | null {
  const start = form.start_date === undefined ? present?.start_date : form.start_date;
  const end = form.end_date === undefined ? present?.end_date : form.end_date;
  return start != null && end != null && end < start ? invalid('end_date', 'it is before start_date') : null;
}

function codeFault(form: InviteForm, known: Known, taken: Taken): Fault | null {
  const code = form.invite_code?.toLowerCase();
  if (code === undefined) return null;
  const owner = known.codes.get(code);
  if (!taken.codes.has(code) && (owner === undefined || owner === form.id)) return null;
  const fields = 'invite_code';
  return { code: 'already_exists', detail: { entity: 'invite', field: fields, fields } };
}

function linkFault(form: InviteForm, known: Known): Fault | null {
  const seen = new Set<string>();
  for (const { batch_id: batchId, payment_option: option } of form.links ?? []) {
    if (!known.batches.has(batchId)) return { code: 'batch_not_found', detail: { subject: batchId } };
    const key = `${batchId} ${optionKey(option)}`;
    if (seen.has(key)) return invalid('payment_option', 'a batch has it twice');
    seen.add(key);
    const fault = optionFault(option, known);
    if (fault !== null) return fault;
  }
  return null;
}

function optionFault({ id, payment_plans: plans }: OptionForm, known: Known): Fault | null {
  const present = id === undefined ? undefined : known.options.get(id);
  if (id !== undefined && present === undefined)
    return invalid('payment_option.id', 'there is no payment option with this id');
  const isUnknown = (plan: PlanForm): boolean => plan.id !== undefined && present?.plan_ids.includes(plan.id) !== true;
  const ids = (plans ?? []).flatMap((plan) => plan.id ?? []);
  if (plans?.some(isUnknown) === true)
    return invalid('payment_plans.id', 'the payment option has no plan with this id');
  return new Set(ids).size === ids.length ? null : invalid('payment_plans.id', 'a plan is given twice');
}

/** One row is changed once: by one invite of an operation, and to one end. */
function doubledFault(form: InviteForm, taken: Taken): Fault | null {
  if (form.id !== undefined && taken.changed.has(form.id)) return invalid('id', 'the invite is changed twice');
  const said = new Map<string, string>();
  for (const { payment_option: option } of form.links ?? []) {
    if (option.id === undefined) continue;
    const text = JSON.stringify(option);
    if ((said.get(option.id) ?? text) !== text)
      return invalid('payment_option', 'it is given in two ways under one id');
    if (taken.changed.has(option.id) && Object.keys(option).length > 1)
      return invalid('payment_option', 'another invite of this operation changes it');
    said.set(option.id, text);
  }
  return null;
}

/** A batch has one default invite at most. */
function defaultFault(form: InviteForm, present: KnownInvite | undefined, known: Known, taken: Taken): Fault | null {
  for (const batchId of defaultBatches(form, present)) {
    const batch = known.batches.get(batchId);
    const now = batch?.default_invite;
    const other = now != null && now.id !== form.id ? now.name : taken.defaults.get(batchId);
    if (other === undefined) continue;
    return { code: 'default_invite_taken', detail: { batch: batch?.name ?? '', invite: other } };
  }
  return null;
}

function defaultBatches(form: InviteForm, present: KnownInvite | undefined): string[] {
  const links = form.links ?? present?.links ?? [];
  return isDefaultInvite(form, present) ? links.map((link) => link.batch_id) : [];
}

function take(form: InviteForm, present: KnownInvite | undefined, taken: Taken): void {
  const name = form.name ?? present?.name ?? '';
  for (const batchId of defaultBatches(form, present)) taken.defaults.set(batchId, name);
  if (form.invite_code !== undefined) taken.codes.add(form.invite_code.toLowerCase());
  if (form.id !== undefined) taken.changed.add(form.id);
  for (const { payment_option: option } of form.links ?? [])
    if (option.id !== undefined && Object.keys(option).length > 1) taken.changed.add(option.id);
}

function required(field: string): Fault {
  return { code: 'required', detail: { field } };
}

function invalid(field: string, reason: string): Fault {
  return { code: 'invalid_value', detail: { field, reason } };
}
