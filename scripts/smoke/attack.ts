/**
 * Every route that a server describes, asked by every role of one organization and by nobody, with what belongs to another
 * organization in every place that takes an id; and what changes something asked by those who may change nothing.
 */
import { anyoneAt, done, serverAt, textAt, type Ask, type Credentials } from './client.ts';
import { filledBody, filledPath, recordOf, routesIn, type Ids, type Route } from './described.ts';

export interface Wanted {
  /** Both are administrators of their organizations. */
  readonly attacker: Credentials;
  readonly victim: Credentials;
  /** Requests at most. */
  readonly most: number;
}

export interface Outcome {
  readonly requests: number;
  readonly findings: readonly string[];
  /** False where the bound came first. */
  readonly isWhole: boolean;
}

interface Attacker {
  readonly role: string;
  readonly ask: Ask;
}

interface Ground {
  readonly description: unknown;
  readonly routes: readonly Route[];
  readonly victim: Ask;
  /** The victim's ids, and a word that stands in the names of the victim alone. */
  readonly theirs: Ids;
  readonly mark: string;
  readonly own: Ids;
}

const ROLES = ['teacher_admin', 'teacher', 'student'] as const;
const PASSWORD = 'an attack that is allowed';
/** These end the sign-in that asks, or are about a sign-in and not about an organization. */
const ABOUT_SIGN_IN = /^\/api\/(login|logout|claim|me|account|password|sessions?|sign-in)(\/|$)/;

export async function attack(url: string, wanted: Wanted, say: (line: string) => void): Promise<Outcome> {
  let requests = 0;
  const counted =
    (ask: Ask): Ask =>
    async (...given) => {
      requests++;
      return ask(...given);
    };
  const signIn = serverAt(url);
  const [admin, victim] = [await signIn(wanted.attacker), await signIn(wanted.victim)];
  const ground = await prepare(admin, victim);
  const attackers: Attacker[] = [
    { role: 'subscriber_admin', ask: counted(admin) },
    { role: 'nobody', ask: counted(anyoneAt(url)) },
  ];
  for (const role of ROLES) attackers.push({ role, ask: counted(await personOf(admin, signIn, role)) });
  say(
    `${ground.routes.length} routes, ${attackers.length} who ask, ${Object.values(ground.theirs).flat().length} ids of the other`,
  );
  const before = await stateOf(ground);
  const findings: string[] = [];
  let isWhole = true;
  for (const attacker of attackers) {
    const found = await tryAll(ground, attacker, () => requests < wanted.most);
    findings.push(...found.findings);
    isWhole &&= found.isWhole;
    say(`${attacker.role}: ${found.findings.length} findings after ${requests} requests`);
  }
  if ((await stateOf(ground)) !== before) findings.push('what belongs to the other organization was changed');
  return { requests, findings: [...new Set(findings)], isWhole };
}

/** Something of each kind on both sides, and what lists give of it. */
async function prepare(admin: Ask, victim: Ask): Promise<Ground> {
  const description = await done(admin, 'GET', '/api/openapi.json');
  const routes = routesIn(description);
  const mark = `zq${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}`;
  await furnish(victim, mark);
  await furnish(admin, 'own');
  const [theirs, own] = [await idsOf(victim, routes, mark), await idsOf(admin, routes, '')];
  return { description, routes, victim, theirs, own, mark };
}

async function furnish(ask: Ask, mark: string): Promise<void> {
  const name = `${mark}${Math.random().toString(36).slice(2, 8)}`;
  const make = async (path: string, body: object) => textAt(await done(ask, 'POST', path, body), 'id');
  const student = await make('/api/users', { username: `${name}s`, full_name: `${name} student`, role: 'student' });
  const teacher = await make('/api/users', { username: `${name}t`, full_name: `${name} teacher`, role: 'teacher' });
  const course = await make('/api/courses', { title: `${name} course` });
  const section = await make(`/api/courses/${course}/sections`, { name: `${name} section` });
  const classroom = await make('/api/classrooms', { name: `${name} classroom` });
  await done(ask, 'POST', `/api/classrooms/${classroom}/students`, { student_ids: [student] });
  await done(ask, 'POST', `/api/classrooms/${classroom}/teachers`, { teacher_ids: [teacher] });
  await done(ask, 'POST', `/api/classrooms/${classroom}/assign-course`, { course_id: course, section_id: section });
  await make('/api/units', { name: `${name} unit` });
  await make('/api/groups', { name: `${name} group` });
  await make('/api/bulk/templates', { name: `${name} template`, operation_type: 'user_status', template_config: {} });
  await make('/api/bulk/mappings', {
    name: `${name} mapping`,
    source_format: 'csv',
    target_model: 'User',
    field_mappings: { [name]: 'email' },
  });
  await make('/api/bulk/operations', {
    operation_type: 'edit_record',
    operation_name: `${name} operation`,
    parameters: { entity: 'group', edits: [{ action: 'create', values: { name: `${name} planned` } }] },
  });
}

/** By the last word of the list's address; of what is marked first, as it was made for this. */
async function idsOf(ask: Ask, routes: readonly Route[], mark: string): Promise<Ids> {
  const found: Record<string, string[]> = {};
  for (const path of listsIn(routes)) {
    const { status, body } = await ask('GET', path);
    const rows = status === 200 ? rowsIn(body) : [];
    const ids = [...rows.filter((row) => JSON.stringify(row).includes(mark)), ...rows].flatMap((row) => {
      const id = recordOf(row)['id'] ?? recordOf(row)['_id'];
      return typeof id === 'string' && id.length === 36 ? [id] : [];
    });
    if (ids.length > 0) found[path.split('/').at(-1) ?? path] = [...new Set(ids)].slice(0, 50);
  }
  return found;
}

function listsIn(routes: readonly Route[]): string[] {
  return routes
    .filter(
      ({ method, path, isPublic }) => method === 'GET' && !isPublic && !path.includes('{') && path.startsWith('/api/'),
    )
    .map(({ path }) => path);
}

function rowsIn(body: unknown): unknown[] {
  if (Array.isArray(body)) return body;
  return Object.values(recordOf(body)).filter(Array.isArray).flat();
}

async function personOf(admin: Ask, signIn: ReturnType<typeof serverAt>, role: string): Promise<Ask> {
  const email = `${role.replace('_', '-')}-${Date.now().toString(36)}${Math.random().toString(36).slice(2, 8)}@attack.example`;
  await done(admin, 'POST', '/api/users', { email, full_name: `Attacking ${role}`, roles: [role], password: PASSWORD });
  return signIn({ email, password: PASSWORD });
}

async function tryAll(
  ground: Ground,
  attacker: Attacker,
  mayGoOn: () => boolean,
): Promise<{ findings: string[]; isWhole: boolean }> {
  const findings: string[] = [];
  for (const route of ground.routes) {
    if (ABOUT_SIGN_IN.test(route.path)) continue;
    for (const attempt of attemptsAt(route, ground, attacker)) {
      if (!mayGoOn()) return { findings, isWhole: false };
      const { status, body } = await attacker.ask(route.method, attempt.path, attempt.body);
      const what = `${attacker.role}: ${route.method} ${route.path} ${attempt.about}`;
      if (status >= 500) findings.push(`${what}: answered ${String(status)}`);
      if (status < 300 && attempt.mustBeRefused) findings.push(`${what}: answered ${String(status)}`);
      if (status !== 401 && attacker.role === 'nobody' && !route.isPublic) {
        findings.push(`${what}: answered ${String(status)} without a sign-in`);
      }
      if (tellsOf(body, attempt, ground)) findings.push(`${what}: tells of the other organization`);
    }
  }
  return { findings, isWhole: true };
}

interface Attempt {
  readonly about: string;
  readonly path: string;
  readonly body?: object | undefined;
  readonly mustBeRefused: boolean;
}

function attemptsAt(route: Route, ground: Ground, { role }: Attacker): Attempt[] {
  const { theirs, own, description } = ground;
  const hasId = route.path.includes('{');
  const isWrite = route.method !== 'GET';
  const withIds = (ids: Ids, about: string, mustBeRefused: boolean): Attempt[] => {
    const path = filledPath(route.path, ids);
    if (path === null) return [];
    if (!isWrite || route.bodySchema === undefined) return [{ about, path, mustBeRefused }];
    return [false, true].map((isWhole) => ({
      about,
      path,
      body: filledBody(route.bodySchema, ids, description, isWhole) ?? {},
      mustBeRefused,
    }));
  };
  const foreign = withIds(theirs, 'with ids of the other', hasId && !route.isPublic);
  // Whoever may change nothing is refused whatever they name.
  const withoutRights = role === 'student' && isWrite ? withIds(own, 'with ids of their own', true) : [];
  return [...foreign, ...withoutRights];
}

/** Of what was sent itself an answer may speak. */
function tellsOf(body: unknown, { path, body: sent }: Attempt, { theirs, mark }: Ground): boolean {
  const text = JSON.stringify(body ?? null);
  const said = path + JSON.stringify(sent ?? null);
  if (text.includes(mark) && !said.includes(mark)) return true;
  return Object.values(theirs)
    .flat()
    .some((id) => text.includes(id) && !said.includes(id));
}

/** What the other organization's own admin sees in every list; what tells of the attempts themselves is left out. */
async function stateOf({ victim, routes }: Ground): Promise<string> {
  const read: unknown[] = [];
  for (const path of listsIn(routes)) {
    if (/audit|notices|overview|figures|health|metrics|\/me$/.test(path)) continue;
    const { status, body } = await victim('GET', path);
    read.push([path, status, status === 200 ? body : null]);
  }
  return JSON.stringify(read);
}
