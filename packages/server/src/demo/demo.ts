/**
 * The demo: three invented schools, from files in the formats that schools have to an undo, over real HTTP.
 *
 * 1. The server is started as `muster serve` starts it; everything after that goes through its address.
 * 2. An organization of an earlier run is used again: the same files then plan no changes.
 * 3. Whatever fails names its step; the server is shut down before the failure is told.
 */
import { signIn } from '@muster/contract';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { apiAt, Refusal, type Api } from './api.ts';
import { demoDir } from './data-dir.ts';
import { isFreePort } from './free-port.ts';
import { demoFiles, type DemoFiles } from './school/files.ts';
import { assignSequence, giveMoreTime } from './steps/assign-sequence.ts';
import { importPeople } from './steps/import-people.ts';
import { makeClasses } from './steps/make-classes.ts';
import { makeCourses } from './steps/make-courses.ts';
import { setUpContent } from './steps/set-up-content.ts';
import { labelled, type Stage } from './steps/step.ts';
import { takeBack } from './steps/take-back.ts';

export interface DemoOptions {
  /** Folder of database and files; `.muster/demo` where it is left out. */
  readonly dataDir?: string | undefined;
  /** Another free one is taken when it is in use; 0 takes any. Default 4000. */
  readonly port?: number | undefined;
  readonly logLevel?: string | undefined;
  /** Ends the demo before its next step. */
  readonly signal?: AbortSignal | undefined;
  readonly print: (line: string) => void;
}

interface Running {
  readonly address: string;
  close(): Promise<void>;
}

/** The commands that the demo is made of. */
export interface DemoCommands {
  readonly serve: (options: { dataDir: string; port: number; logLevel: string }) => Promise<Running>;
  readonly createOrg: (options: {
    dataDir: string;
    name: string;
    adminEmail: string;
    adminPassword: string;
  }) => Promise<unknown>;
}

const ORGANIZATION = 'Three Rivers Schools';
const ADMIN = { email: 'demo@muster.example', password: 'three-rivers' };
const PORT = 4000;
/** Some students get more time after the assignment, so that its undo has something to leave alone. */
const MORE_TIME_STUDENTS = 2;

/**
 * Runs all steps and leaves the server running.
 *
 * @throws Error naming the step that failed; nothing is left running then.
 */
export async function runDemo(commands: DemoCommands, options: DemoOptions): Promise<Running> {
  const { print } = options;
  const startedMs = Date.now();
  const school = demoFiles();
  print('Muster demo: three invented schools, from their files in to an undo out, over HTTP.');
  const steps = stepsOf(options);
  const { server, dir } = await steps.run('Start a database and the server', (say) =>
    start(commands, options, school, say),
  );
  try {
    const api = await steps.run('Make the organization', (say) => enter(commands, dir, server.address, say));
    await runJob(steps, api, school);
  } catch (error) {
    await server.close();
    throw error;
  }
  print('');
  print(steps.isAborted() ? 'Stopped.' : `All ${steps.done()} steps are done in ${seconds(startedMs)}.`);
  return server;
}

/** How to sign in, for those who look around afterwards. */
export function signInWords(address: string): string {
  return [
    '',
    labelled('Open', address),
    labelled('E-mail', ADMIN.email),
    labelled('Password', ADMIN.password),
    '',
    'Ctrl-C stops it. Everything is kept; the next run of the demo finds it again.',
  ].join('\n');
}

async function runJob(steps: Steps, api: Api, school: DemoFiles): Promise<void> {
  const run = <T>(title: string, work: (stage: Stage) => Promise<T>): Promise<T | undefined> =>
    steps.isAborted() ? Promise.resolve(undefined) : steps.run(title, (say) => work({ api, school, say }));
  await run('Set up schools and content', setUpContent);
  for (const file of school.files) {
    await run(`Import people: ${file.name}`, (stage) => importPeople(stage, file));
  }
  await run('Make classes', makeClasses);
  await run('Make courses, batches and mentors', makeCourses);
  const assigned = await run('Assign a sequence to grade 07 of all schools', assignSequence);
  if (assigned === undefined) return;
  const lucky = assigned.studentIds.slice(0, MORE_TIME_STUDENTS);
  if (lucky.length === 0) return;
  await run('Meanwhile somebody gives two of them more time', (stage) => giveMoreTime(stage, lucky));
  await run('Undo the assignment', (stage) => takeBack(stage, assigned.operationId));
}

async function start(
  { serve }: DemoCommands,
  { dataDir, port: wanted = PORT, logLevel = 'error' }: DemoOptions,
  school: DemoFiles,
  say: (line: string) => void,
): Promise<{ server: Running; dir: string }> {
  const { dir, because } = demoDir(dataDir);
  say(labelled('Folder', because === '' ? dir : `${dir} (${because})`));
  await writeFiles(dir, school);
  const isFree = await isFreePort(wanted);
  const server = await serve({ dataDir: dir, port: isFree ? wanted : 0, logLevel });
  say(labelled('Files', `${path.join(dir, 'files')}: ${String(school.files.length)} files of people, to look into`));
  say(labelled('Address', `${server.address}${isFree ? '' : ` (port ${wanted} is taken)`}`));
  return { server, dir };
}

/** Signs in; makes the organization where nobody can sign in yet. */
async function enter(
  { createOrg }: DemoCommands,
  dataDir: string,
  address: string,
  say: (line: string) => void,
): Promise<Api> {
  const login = async (): Promise<Api> =>
    apiAt(address, (await apiAt(address).post(signIn, '/api/login', ADMIN)).token);
  try {
    const api = await login();
    say(labelled('Found', `${ORGANIZATION}, from an earlier run: it is used again`));
    return api;
  } catch (error) {
    if (!(error instanceof Refusal) || error.status !== 401) throw error;
  }
  const { email: adminEmail, password: adminPassword } = ADMIN;
  await createOrg({ dataDir, name: ORGANIZATION, adminEmail, adminPassword });
  say(labelled('Made', `${ORGANIZATION}, with the administrator ${adminEmail}`));
  return login();
}

/** So that a person can open what is imported. */
async function writeFiles(dir: string, { files }: DemoFiles): Promise<void> {
  const folder = path.join(dir, 'files');
  await fs.mkdir(folder, { recursive: true });
  for (const { name, text } of files) await fs.writeFile(path.join(folder, name), text);
}

interface Steps {
  run<T>(title: string, work: (say: (line: string) => void) => Promise<T>): Promise<T>;
  isAborted(): boolean;
  done(): number;
}

function stepsOf({ print, signal }: DemoOptions): Steps {
  let done = 0;
  return {
    run: async (title, work) => {
      const startedMs = Date.now();
      print('');
      print(`${String(done + 1)}. ${title}`);
      try {
        const result = await work((line) => {
          print(`   ${line}`);
        });
        done += 1;
        print(`   ${labelled('Took', seconds(startedMs))}`);
        return result;
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        throw new Error(`Step ${String(done + 1)}, "${title}", failed: ${why}`, { cause: error });
      }
    },
    isAborted: () => signal?.aborted === true,
    done: () => done,
  };
}

function seconds(startedMs: number): string {
  return `${((Date.now() - startedMs) / 1000).toFixed(1)} s`;
}
