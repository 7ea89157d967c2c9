/**
 * From the form of an invite to the rows it means. Nothing here reads or writes.
 *
 * 1. Options that are given by the same id, or alike without id, are one. Those with an id are changed, the others made.
 * 2. A link is told by its batch and option, so that a form read back finds its links again.
 * 3. `is_default` stands on one link a batch of an active invite with the tag DEFAULT, and stays where it stands.
 */
import { DEFAULT_TAG, type InviteForm, type OptionForm, type PlanForm } from './form.ts';
import type { Known, KnownInvite, KnownLink } from './known.ts';

export const INVITE_ENTITIES = ['payment_option', 'payment_plan', 'enroll_invite', 'invite_option'] as const;
export type InviteEntity = (typeof INVITE_ENTITIES)[number];

/** A row that is there has an id; one to be made has a key from which its id follows. */
export interface Ref {
  readonly id: string | null;
  readonly key: string | null;
}

export interface InviteRow extends Ref {
  readonly entity: InviteEntity;
  readonly action: 'insert' | 'update' | 'remove';
  /** Values to write; what is undefined is left as it is. */
  readonly after: Readonly<Record<string, unknown>>;
  /** Columns that name another row. */
  readonly refs: Readonly<Record<string, Ref>>;
}

export interface InviteRows {
  readonly label: string;
  readonly isNew: boolean;
  readonly rows: readonly InviteRow[];
}

/** @param prefix - Unique in the operation. @param code - For an invite that is given none. */
export function rowsOf(form: InviteForm, known: Known, prefix: string, code: string): InviteRows {
  const { id, links, ...values } = form;
  const present = id === undefined ? undefined : known.invites.get(id);
  const invite: Ref = id === undefined ? made(`${prefix} invite`) : found(id);
  const isDefault = isDefaultInvite(form, present);
  const options = optionsOf(form, prefix);
  const inviteRow: InviteRow = {
    ...invite,
    entity: 'enroll_invite',
    action: present === undefined ? 'insert' : 'update',
    refs: {},
    after: present === undefined ? { ...values, invite_code: values.invite_code ?? code } : values,
  };
  const linked =
    links === undefined ? keptLinks(present, isDefault) : linkRows(form, present, invite, options, isDefault);
  return {
    label: form.name ?? present?.name ?? code,
    isNew: present === undefined,
    rows: [...[...options.values()].flatMap((one) => optionRows(one, known)), inviteRow, ...linked],
  };
}

export function isDefaultInvite(form: InviteForm, present: KnownInvite | undefined): boolean {
  const tag = form.tag === undefined ? present?.tag : form.tag;
  return tag === DEFAULT_TAG && (form.status ?? present?.status ?? 'ACTIVE') === 'ACTIVE';
}

interface WantedOption extends Ref {
  readonly form: OptionForm;
}

/** By what tells an option: its id, else all that is said of it. */
function optionsOf(form: InviteForm, prefix: string): Map<string, WantedOption> {
  const wanted = new Map<string, WantedOption>();
  for (const { payment_option: option } of form.links ?? []) {
    const key = optionKey(option);
    if (wanted.has(key)) continue;
    const ref = option.id === undefined ? made(`${prefix} option ${String(wanted.size)}`) : found(option.id);
    wanted.set(key, { ...ref, form: option });
  }
  return wanted;
}

export function optionKey(option: OptionForm): string {
  return option.id ?? JSON.stringify(option);
}

function optionRows(option: WantedOption, known: Known): InviteRow[] {
  const { id, payment_plans: plans, ...values } = option.form;
  const row: InviteRow = {
    id: option.id,
    key: option.key,
    entity: 'payment_option',
    action: id === undefined ? 'insert' : 'update',
    refs: {},
    after: values,
  };
  const listed = new Set((plans ?? []).flatMap((plan) => plan.id ?? []));
  const left =
    plans === undefined || id === undefined
      ? []
      : (known.options.get(id)?.plan_ids ?? []).filter((planId) => !listed.has(planId));
  return [
    row,
    ...(plans ?? []).map((plan, position) => planRow(plan, position, option)),
    ...left.map((planId): InviteRow => ({
      ...found(planId),
      entity: 'payment_plan',
      action: 'update',
      after: { status: 'INACTIVE' },
      refs: {},
    })),
  ];
}

function planRow({ id, ...values }: PlanForm, position: number, option: WantedOption): InviteRow {
  if (id !== undefined) {
    const after = { ...values, position };
    return { ...found(id), entity: 'payment_plan', action: 'update', after, refs: {} };
  }
  const elevated = values.elevated_price ?? values.actual_price;
  return {
    ...made(`${option.id ?? option.key ?? ''} plan ${String(position)}`),
    entity: 'payment_plan',
    action: 'insert',
    after: { ...values, elevated_price: elevated, position },
    refs: { payment_option_id: { id: option.id, key: option.key } },
  };
}

/** The links of a form without any: they stay, but for what the invite's tag says of them. */
function keptLinks(present: KnownInvite | undefined, isDefault: boolean): InviteRow[] {
  const kept = (present?.links ?? []).map((link) => ({ batchId: link.batch_id, link }));
  return defaultMarks(kept, isDefault).map(({ link, isMarked }): InviteRow => ({
    ...found(link.id),
    entity: 'invite_option',
    action: 'update',
    after: { is_default: isMarked },
    refs: {},
  }));
}

function linkRows(
  form: InviteForm,
  present: KnownInvite | undefined,
  invite: Ref,
  options: ReadonlyMap<string, WantedOption>,
  isDefault: boolean,
): InviteRow[] {
  const before = present?.links ?? [];
  const wanted = (form.links ?? []).map((given) => {
    const option = options.get(optionKey(given.payment_option)) ?? made('');
    const same = (link: KnownLink): boolean => link.batch_id === given.batch_id && link.payment_option_id === option.id;
    return { given, option, batchId: given.batch_id, link: before.find(same) };
  });
  const kept = new Set(wanted.map(({ link }) => link?.id));
  const rows = defaultMarks(wanted, isDefault).map(({ given, option, link, isMarked }, position): InviteRow => {
    const { status, cpo_id: cpoId } = given;
    const values = { status, cpo_id: cpoId, is_default: isMarked, position };
    if (link !== undefined)
      return { ...found(link.id), entity: 'invite_option', action: 'update', after: values, refs: {} };
    const ref = made(`${invite.id ?? invite.key ?? ''} link ${given.batch_id} ${option.id ?? option.key ?? ''}`);
    return {
      ...ref,
      entity: 'invite_option',
      action: 'insert',
      after: { ...values, batch_id: given.batch_id },
      refs: { enroll_invite_id: invite, payment_option_id: { id: option.id, key: option.key } },
    };
  });
  const gone = before.filter((link) => !kept.has(link.id));
  return [
    ...rows,
    ...gone.map((link): InviteRow => ({
      ...found(link.id),
      entity: 'invite_option',
      action: 'remove',
      after: {},
      refs: {},
    })),
  ];
}

/** Of each batch's links the one that is the default already, else the first. */
function defaultMarks<Link extends { batchId: string; link: KnownLink | undefined }>(
  links: readonly Link[],
  isDefault: boolean,
): (Link & { isMarked: boolean })[] {
  const marked = new Map<string, Link>();
  for (const link of links) {
    const other = marked.get(link.batchId);
    if (other === undefined || (link.link?.is_default === true && other.link?.is_default !== true))
      marked.set(link.batchId, link);
  }
  return links.map((link) => ({ ...link, isMarked: isDefault && marked.get(link.batchId) === link }));
}

function found(id: string): Ref {
  return { id, key: null };
}

function made(key: string): Ref {
  return { id: null, key };
}
