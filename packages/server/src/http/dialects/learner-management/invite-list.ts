import { z } from 'zod';
import type { InvitesWanted } from '../../../school/invites/list.ts';
import type { Row } from '../../../school/records/rows.ts';

const SORTABLE = ['created_at', 'updated_at', 'name', 'start_date', 'end_date', 'status'] as const;
const direction = z
  .string()
  .toLowerCase()
  .pipe(z.enum(['asc', 'desc']));

export const listQuery = z.strictObject({
  instituteId: z.string(),
  pageNo: z.coerce.number().int().min(0).max(1_000_000).default(0),
  pageSize: z.coerce.number().int().min(1).max(100).default(10),
});
export const listFilter = z
  .object({
    search_name: z.string().max(200).nullish(),
    package_session_ids: z.array(z.string()).max(1_000).nullish(),
    payment_option_ids: z.array(z.string()).max(1_000).nullish(),
    tags: z.array(z.string()).max(100).nullish(),
    sort_columns: z.partialRecord(z.enum(SORTABLE), direction).nullish(),
  })
  .meta({ id: 'EnrollInviteFilterRequest' });

const planSummary = z.object({
  name: z.string(),
  price: z.number(),
  type: z.string(),
  currency: z.string().nullable(),
  validity_in_days: z.int().nullable(),
});
const row = z
  .object({
    id: z.string(),
    name: z.string(),
    start_date: z.string().nullable(),
    end_date: z.string().nullable(),
    invite_code: z.string(),
    status: z.string(),
    institute_id: z.string(),
    tag: z.string().nullable(),
    created_at: z.string(),
    updated_at: z.string(),
    short_url: z.string().nullable(),
    package_session_ids: z.array(z.string()),
    learner_access_days: z.int().nullable(),
    is_bundled: z.boolean(),
    plan_summary: planSummary
      .nullable()
      .describe('The plan that is taken when none is named; null where there is none'),
  })
  .meta({ id: 'EnrollInviteProjection' });
export const invitePage = z
  .object({
    content: z.array(row),
    totalElements: z.int(),
    totalPages: z.int(),
    number: z.int(),
    size: z.int(),
    last: z.boolean(),
  })
  .meta({ id: 'EnrollInvitePage' });
type Page = z.infer<typeof invitePage>;

export function wantedOf(filter: z.infer<typeof listFilter>): InvitesWanted {
  return {
    name: filter.search_name ?? '',
    batchIds: filter.package_session_ids ?? [],
    optionIds: filter.payment_option_ids ?? [],
    tags: filter.tags ?? [],
    sort: filter.sort_columns ?? {},
  };
}

export function viewPage(
  { pageNo, pageSize }: z.infer<typeof listQuery>,
  total: number,
  invites: readonly Row[],
): Page {
  const totalPages = Math.ceil(total / pageSize);
  return {
    content: invites.map(({ org_id: orgId, batch_ids: batchIds, ...invite }) =>
      row.parse({ ...invite, institute_id: orgId, package_session_ids: batchIds }),
    ),
    totalElements: total,
    totalPages,
    number: pageNo,
    size: pageSize,
    last: pageNo + 1 >= totalPages,
  };
}
