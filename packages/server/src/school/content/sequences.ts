import { sql, type RawBuilder } from 'kysely';
import { code } from '../../engine/kind.ts';

/** Why sequence `s` (null when unknown) cannot be given, as `{code, title, replacement}`, or null; `r` replaces it. */
export function contentFault(): RawBuilder<unknown> {
  return sql`case
    when s.id is null then jsonb_build_object('code', ${code('content_not_found')})
    when s.status = 'deprecated' then jsonb_build_object('code', ${code('content_deprecated')}, 'title', s.title,
      'replacement', coalesce(r.title, 'that you find in the library'), 'replacement_id', r.id)
    when s.status <> 'published' then jsonb_build_object('code', ${code('content_unavailable')}, 'title', s.title)
  end`;
}
