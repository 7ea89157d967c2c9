/** Units and teachers that the rows of a file name, as parts of the select of `user_import`. */
import { sql, type RawBuilder } from 'kysely';

/**
 * Each text by which the file names a unit, with the ids of the units meant: one, by its code sooner than by its name, or
 * where it is no single one those of a list, "N01,S02".
 */
export function unitsNamed(orgId: string): RawBuilder<unknown> {
  const found = (text: RawBuilder<unknown>) => sql`(
    select id from units where org_id = ${orgId} and fold(${text}) in (fold(code), fold(name), id::text)
    order by fold(code) = fold(${text}) desc nulls last, id limit 1)`;
  return sql`
    select given, case when whole is not null then array[whole] else array(
      select part.id from unnest(string_to_array(given, ',')) with ordinality p(text, n)
      cross join lateral (select ${found(sql`btrim(p.text)`)} as id) part where part.id is not null order by p.n) end as ids
    from (
      select given, ${found(sql`given`)} as whole
      from (select distinct unit as given from named where unit is not null) wanted offset 0) looked_up`;
}

/**
 * Each text by which the file names a teacher, with the id of a teacher of the organization, or of whom another row of
 * this file makes one; `of_row` is that row, `is_archived` that nobody else is meant. Equal to one column each, so that it is a hash join whatever the number of
 * rows: external ids as they are, the others without regard to case.
 */
export function teachersNamed(orgId: string): RawBuilder<unknown> {
  return sql`
    select distinct on (given) given, teacher.id, teacher.of_row, teacher.is_archived
    from (
      select given, name.how, name.text
      from (select distinct teacher as given from named where teacher is not null) wanted,
        lateral (values ('exact', given), ('folded', fold(given))) name(how, text)
      offset 0
    ) sought
    join (
      select name.how, name.text, t.id, null::int as of_row, t.status = 'archived' as is_archived
      from users t, lateral (values
        ('exact', t.external_id), ('folded', fold(t.email)), ('folded', fold(t.username)), ('folded', t.id::text)) name(how, text)
      where t.org_id = ${orgId} and t.roles && '{teacher,teacher_admin}'
      union all
      select name.how, name.text, coalesce(t.found_id, t.new_id), t.row_no, false
      from teacher_meant t, lateral (values
        ('exact', t.external_id), ('folded', t.email), ('folded', t.username), ('folded', t.found_id::text)) name(how, text)
      where t.faults is null
    ) teacher using (how, text)
    order by given, is_archived, of_row nulls first, how, teacher.id`;
}

/**
 * Rows that would make the teachers whom other rows name, and fail; also because the row of their own teacher does. Whoever
 * names them would fail at the run.
 */
export function failingTeachers(): RawBuilder<unknown> {
  return sql`
    with recursive failing as (
      select row_no from teacher_judged where own_verdict is not null
      union
      select j.row_no from teacher_judged j join failing f on f.row_no = j.teacher_row
    )
    select row_no from failing`;
}
