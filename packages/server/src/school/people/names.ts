/**
 * What people are called. A row or a form says some of it; the rest stays as it is, and what follows from the parts follows
 * from the person as they will be.
 *
 * - A part that is given alone joins the part that stands.
 * - A full name is taken apart, "Ana Ruiz" or "Ruiz, Ana"; one word never empties the other part.
 * - A full name by which the person is known already changes nothing: their parts may have been put in better than it says.
 * - A name that is shown and was chosen ("Nicki") stays until somebody says another.
 */
import { sql, type RawBuilder } from 'kysely';
import { one, type OrgTransaction } from '../../db/database.ts';

export interface Names<Value> {
  readonly given_name: Value;
  readonly family_name: Value;
  readonly display_name: Value;
}

/** Keys of what {@link readName} leaves that are no columns. */
export const NAME_READINGS = ['full_name', 'name_parts_read'] as const;

interface Parts {
  readonly given: string;
  readonly family: string;
  /** In the order in which it is spoken. */
  readonly whole: string;
}

/**
 * Takes a full name apart: fills in the parts that are not given beside it, names these in `name_parts_read`, and turns it
 * into the order in which it is spoken. Without one the display name is taken apart, for people who are new.
 */
export function readName(values: Record<string, unknown>): Record<string, unknown> {
  const full = text(values['full_name']);
  const [given, family] = [text(values['given_name']), text(values['family_name'])];
  const name = full ?? (given === null && family === null ? text(values['display_name']) : null);
  if (name === null) return values;
  const parts = partsOf(name);
  const rest = restOf(parts, given, family);
  const read: Record<string, string> = {};
  if (rest.given !== '') read['given_name'] = rest.given;
  if (rest.family !== '') read['family_name'] = rest.family;
  if (full !== null) values['full_name'] = parts.whole;
  return Object.assign(values, read, { name_parts_read: Object.keys(read).join(' ') });
}

/** Of somebody new, from their full name alone. */
export function namesOfNew(full: string): Names<string> {
  const { given, family, whole } = partsOf(full);
  return { given_name: given, family_name: family, display_name: whole };
}

/**
 * The names that a person will have.
 * @param texts - What is said of them; an empty text empties.
 * @param personId - Null for somebody new.
 */
export async function findNames(
  tx: OrgTransaction,
  texts: Readonly<Record<string, string>>,
  personId: string | null,
): Promise<Names<string>> {
  const emptied = texts['full_name'] === '' ? { given_name: '', family_name: '', display_name: '' } : {};
  const said = saidNames(sql`${JSON.stringify(readName({ ...emptied, ...texts }))}::jsonb`);
  const { given_name, family_name, display_name } = namesWillBe();
  return one(
    tx,
    sql<Names<string>>`
    select ${given_name} as given_name, ${family_name} as family_name, ${display_name} as display_name
    from ${said} said left join users u on u.org_id = ${tx.orgId} and u.id = ${personId}::uuid`,
  );
}

/** A select of one row, for {@link namesWillBe}: what JSON values, as {@link readName} leaves them, say of a name. */
export function saidNames(values: RawBuilder<unknown>): RawBuilder<unknown> {
  const read = sql`strpos(${values} ->> 'name_parts_read', `;
  const part = (name: string) =>
    sql`case when coalesce(${read}${sql.lit(name)}), 0) = 0 then ${values} ->> ${sql.lit(name)} end`;
  const readPart = (name: string) =>
    sql`case when ${read}${sql.lit(name)}) > 0 then ${values} ->> ${sql.lit(name)} end`;
  return sql`(
    select ${part('given_name')} as given_name, ${part('family_name')} as family_name, ${readPart('given_name')} as full_given,
      ${readPart('family_name')} as full_family, ${values} ->> 'full_name' as full_name, ${values} ->> 'display_name' as display_name
    offset 0)`;
}

/**
 * The names that person `u`, all of whose columns are null for somebody new, will have by {@link saidNames} `said`, of which
 * an empty text empties a part.
 */
export function namesWillBe(): Names<RawBuilder<unknown>> {
  const isNew = sql`u.id is null`;
  const isKnownBy = sql`coalesce(said.full_name in (u.display_name, ${joined(sql`u.given_name`, sql`u.family_name`)}), false)`;
  const isRead = sql`(${isNew} or (said.full_name is not null and not ${isKnownBy}))`;
  const given = sql`coalesce(said.given_name, case when ${isRead} then said.full_given end, u.given_name, '')`;
  const family = sql`coalesce(said.family_name, case when ${isRead} then said.full_family end, u.family_name, '')`;
  const isWhole = sql`(coalesce(said.given_name, said.full_given) is not null or ${given} = '')
    and (coalesce(said.family_name, said.full_family) is not null or ${family} = '')`;
  const display = sql`case
    when said.display_name is not null then said.display_name
    when said.full_name is not null and (coalesce(said.given_name, said.family_name) is not null or not ${isKnownBy}) and ${isWhole}
      then said.full_name
    when ${isNew} then ${joined(given, family)}
    when ${given} = u.given_name and ${family} = u.family_name then u.display_name
    when u.display_name = ${joined(sql`u.given_name`, sql`u.family_name`)} then ${joined(given, family)}
    else ${renamed(renamed(sql`u.display_name`, sql`u.family_name`, family), sql`u.given_name`, given)}
  end`;
  return { given_name: given, family_name: family, display_name: display };
}

/** The same as JSON for row `e` of a person; null where nothing is said of a name. */
export function followingNames(given: RawBuilder<unknown>): RawBuilder<unknown> {
  const { given_name, family_name, display_name } = namesWillBe();
  return sql`(
    select jsonb_build_object('given_name', ${given_name}, 'family_name', ${family_name}, 'display_name', ${display_name})
    from ${saidNames(given)} said cross join lateral (select e.*) u where ${given} ?| '{given_name,family_name,display_name}')`;
}

function joined(given: RawBuilder<unknown>, family: RawBuilder<unknown>): RawBuilder<unknown> {
  return sql`btrim(${given} || ' ' || ${family})`;
}

/** A name that was put together otherwise, such as "Dr. Anna Berg, PhD": the word in it that changed is exchanged. */
function renamed(name: RawBuilder<unknown>, was: RawBuilder<unknown>, is: RawBuilder<unknown>): RawBuilder<unknown> {
  const exchange = (within: RawBuilder<unknown>, end: string) =>
    sql`replace(${within}, ' ' || ${was} || ${end}::text, ' ' || ${is} || ${end}::text)`;
  return sql`case when ${was} in ('', ${is}) then ${name} else
    btrim(regexp_replace(${exchange(exchange(sql`' ' || ${name} || ' '`, ' '), ',')}, '\\s+', ' ', 'g')) end`;
}

/** What a full name says of the parts that are not given beside it. */
function restOf({ given, family, whole }: Parts, givenAlone: string | null, familyAlone: string | null) {
  const isIn = (part: string | null): part is string => part !== null && part !== whole;
  if (isIn(givenAlone) && familyAlone === null && whole.startsWith(`${givenAlone} `))
    return { given: '', family: withoutSuffix(whole.slice(givenAlone.length + 1)) };
  if (isIn(familyAlone) && givenAlone === null && whole.endsWith(` ${familyAlone}`))
    return { given: withoutTitle(whole.slice(0, -familyAlone.length - 1)), family: '' };
  return { given: givenAlone === null ? given : '', family: familyAlone === null ? family : '' };
}

/** Before a name: no part of it, though it is shown. */
const TITLE =
  /^(?:(?:dr|prof|mrs?|ms|mx|miss|mme|mlle|herr|frau|dra|sra)\.?|(?:sr|ing|mag|dott|dipl(?:\.?-\p{L}+)?)\.)$/iu;
/** Behind a name, written without dots and in lower case. */
const SUFFIX = /^(?:jn?r|snr|i{2,3}|iv|phd|msc|bsc|dphil|mba)$/;
/** These could be names as well: only with a dot, or in capitals. */
const DOUBTFUL_SUFFIX = /^(?:sr|jun|sen|md|ma|ba|dds|esq|jd|ll[bm]|edd|med|[om]be|cbe)$/;

function partsOf(full: string): Parts {
  const pieces = full.split(',').flatMap((piece) => wordsOf(piece).join(' ') || []);
  const named = pieces.filter(
    (piece, at) => at === 0 || (!isSuffix(piece.replaceAll(' ', '')) && !wordsOf(piece).every(isSuffix)),
  );
  const behind = pieces.filter((piece) => !named.includes(piece));
  const [first = '', ...rest] = named;
  const given = rest.join(', ');
  const whole = [`${given} ${first}`.trim(), ...behind].join(', ');
  if (given !== '') return { given: withoutTitle(given), family: withoutSuffix(first), whole };
  const words = wordsOf(withoutSuffix(withoutTitle(first)));
  const last = words.at(-1) ?? '';
  const isFamily = words.length > 1 || withoutTitle(first) !== first || full.trimEnd().endsWith(',');
  return isFamily ? { given: words.slice(0, -1).join(' '), family: last, whole } : { given: last, family: '', whole };
}

function withoutTitle(name: string): string {
  const words = wordsOf(name);
  const start = words.findIndex((word) => !TITLE.test(word));
  return start > 0 ? words.slice(start).join(' ') : name;
}

function withoutSuffix(name: string): string {
  const words = wordsOf(name);
  const end = words.findLastIndex((word) => !isSuffix(word)) + 1;
  return end > 0 ? words.slice(0, end).join(' ') : name;
}

function isSuffix(word: string): boolean {
  const bare = word.replaceAll('.', '');
  const known = bare.toLowerCase();
  return SUFFIX.test(known) || (DOUBTFUL_SUFFIX.test(known) && (word.includes('.') || bare === bare.toUpperCase()));
}

function wordsOf(name: string): string[] {
  return name.split(/\s+/u).filter((word) => word !== '');
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}
