/** Imports into a school of a test's own, and what became of its people. */
import { sql } from 'kysely';
import { query } from '../fixtures/school.ts';
import { bulkApi, type Answer, type BulkApi } from '../http/operations/bulk-api.ts';

export interface PeopleApi extends BulkApi {
  /** The preview of a file; `fields` go with it, such as `parameters` or `mapping`. */
  planned(content: string, fields?: Record<string, string>): Promise<Planned>;
  /** Plans and runs a file, with whatever has to be typed, acknowledged or accepted; its items by row. */
  imported(content: string, fields?: Record<string, string>): Promise<Item[]>;
  /** Undoes the last import. */
  undone(): Promise<void>;
  person(externalId: string): Promise<Record<string, unknown> | undefined>;
  /** Of one address of the API outside of bulk operations. */
  ask(method: 'GET' | 'POST' | 'PATCH', url: string, body?: object): Promise<Answer>;
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a test reads replies as they come
type Item = any;
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the same
type Planned = any;

const AUTO = { mapping: '{"preset":"auto"}', target_model: 'User' };

export async function peopleApi(): Promise<PeopleApi> {
  const api = await bulkApi();
  let last = '';
  const planned = async (content: string, fields: Record<string, string> = {}) => {
    const made = await api.upload('/import', { ...AUTO, ...fields }, { name: 'people.csv', content });
    if (made.status !== 201) throw new Error(made.text);
    last = made.body.id;
    return { ...made.body, ...(await api.call('GET', `/operations/${last}/preview?limit=100`)).body };
  };
  return {
    ...api,
    planned,
    imported: async (content, fields) => {
      const { plan_hash, guards } = await planned(content, fields);
      const settled = { confirm_count: guards[0]?.count, acknowledge_warnings: true, accept_reading: true };
      await api.call('POST', `/operations/${last}/start`, { plan_hash, ...settled });
      const { items } = (await api.call('GET', `/operations/${last}/items?limit=100`)).body;
      return items.sort((one: Item, other: Item) => Number(one.key) - Number(other.key));
    },
    undone: async () => {
      const undo = await api.call('POST', `/operations/${last}/rollback/`, {});
      if (undo.status >= 300) throw new Error(undo.text);
    },
    person: async (externalId) =>
      (
        await query(
          api.school,
          sql<
            Record<string, unknown>
          >`select * from users where org_id = ${api.school.orgId} and external_id = ${externalId}`,
        )
      )[0],
    ask: async (method, url, body) => {
      const headers = { authorization: `Bearer ${await api.tokenOf(api.school.admin)}` };
      const reply = await api.app.inject({ method, url, headers, ...(body === undefined ? {} : { payload: body }) });
      const json = String(reply.headers['content-type']).includes('json');
      return {
        status: reply.statusCode,
        headers: reply.headers,
        text: reply.payload,
        body: json ? reply.json() : null,
      };
    },
  };
}
