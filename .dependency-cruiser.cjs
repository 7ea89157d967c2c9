// The import rules of ARCHITECTURE.md, "The house": imports run one way. Tests, test/ and bench/ may import anything.

const server = '^packages/server/src/';
const contract = '^packages/contract/src/';
const tests = '\\.test\\.tsx?$';

/**
 * @param {string} name - Folder in packages/server/src.
 * @param {string[]} mayImport - Folders or files there; the contract and its own folder are always allowed.
 */
function room(name, mayImport) {
  const allowed = [name, ...mayImport].map((path) => `${server}${path}`);
  return {
    name: `${name}-imports`,
    comment: `${name}/ may import ${mayImport.join(', ') || 'nothing of ours'} and the contract.`,
    severity: 'error',
    from: { path: `${server}${name}/`, pathNot: tests },
    to: { path: '^packages/', pathNot: [contract, ...allowed.map((path) => `${path}(/|$)`)] },
  };
}

/** All that others see of the engine. */
const face = ['engine/index\\.ts', 'engine/kind\\.ts', 'engine/report\\.ts'];

/** @param {string} name - Package that talks to the server over HTTP and so knows only the contract. */
function client(name) {
  return {
    name: `${name}-imports`,
    comment: `${name} knows only the contract.`,
    severity: 'error',
    from: { path: `^packages/${name}/src/`, pathNot: tests },
    to: {
      path: '^packages/',
      pathNot: [contract, `^packages/${name}/src/`, ...(name === 'cli' ? [`${server}main\\.ts$`] : [])],
    },
  };
}

const commandsWithServer = '^packages/cli/src/commands/(serve|work|demo|migrate|org|admin)(\\.ts$|/)';

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    room('db', []),
    room('formats', []),
    room('tenancy', ['db']),
    // docs/adr/0008: rules about rows are said in the language of kinds and of mapped files.
    room('school', ['db', 'tenancy', 'engine/kind\\.ts', 'formats/mapping/schema\\.ts']),
    room('engine', ['db', 'tenancy', 'formats']),
    room('messages', []),
    room('operations', ['db', 'tenancy', 'formats', ...face, 'school', 'messages']),
    room('http', ['db', 'tenancy', 'formats', ...face, 'operations', 'school', 'messages']),
    // The worker is the engine's motor: it turns what the others only look at.
    room('worker', [
      ...['db', 'tenancy', 'formats', ...face, 'school', 'messages'],
      ...['engine/run', 'engine/verbs/plan-late\\.ts', 'engine/queue\\.ts'],
    ]),
    {
      name: 'rooms-of-the-engine-are-its-own',
      comment: 'What one can do with an operation is in engine/index.ts; the worker alone turns the motor.',
      severity: 'error',
      from: { path: '^packages/', pathNot: [tests, `${server}(engine|worker)/`] },
      to: { path: `${server}engine/[^/]+/` },
    },
    {
      name: 'a-room-of-http-knows-no-other',
      comment: 'What two rooms need is in every-request/, operations/ or school/. app.ts lists the rooms.',
      severity: 'error',
      from: { path: `${server}http/(dialects/[^/]+|(?!dialects/|every-request/)[^/]+)/`, pathNot: tests },
      to: { path: `${server}http/`, pathNot: `${server}http/($1|every-request)/` },
    },
    {
      name: 'every-request-knows-no-room',
      severity: 'error',
      from: { path: `${server}http/every-request/`, pathNot: tests },
      to: { path: `${server}http/`, pathNot: `${server}http/every-request/` },
    },
    {
      name: 'dialects-carry-no-sql',
      comment: 'A dialect translates words: it reads and writes through operations/ and school/.',
      severity: 'error',
      from: { path: `${server}http/dialects/`, pathNot: tests },
      to: { path: ['node_modules/(kysely|pg)/', `${server}db/(?!database\\.ts$)`] },
    },
    {
      name: 'a-kind-imports',
      comment: 'A kind imports engine/kind.ts, school/, the contract and the query tools of db/.',
      severity: 'error',
      from: { path: `${server}kinds/`, pathNot: tests },
      to: { path: '^packages/', pathNot: [contract, `${server}(kinds/|school/|db/|engine/kind\\.ts$)`] },
    },
    {
      name: 'a-kind-knows-no-other-kind',
      comment:
        'Only kinds/index.ts and that of a folder list them. Parts of one kind live in a folder or files that begin with its name.',
      severity: 'error',
      from: {
        path: `${server}kinds/([^/]+/[^/.]+|[^/.]+)`,
        pathNot: [tests, `${server}kinds/index\\.ts$`, `${server}kinds/[^/]+/index\\.ts$`],
      },
      to: { path: `${server}kinds/`, pathNot: `${server}kinds/$1[./-]` },
    },
    {
      name: 'contract-imports',
      comment: 'The contract is shared by all, so it imports nobody and does no I/O.',
      severity: 'error',
      from: { path: contract, pathNot: tests },
      to: { path: '^packages/', pathNot: contract },
    },
    {
      name: 'contract-without-io',
      severity: 'error',
      from: { path: contract, pathNot: tests },
      to: { dependencyTypes: ['core'] },
    },
    client('web'),
    client('cli'),
    {
      name: 'cli-loads-the-server-lazily',
      comment: 'Only the commands that run on the machine of the database, and only by `await import()`.',
      severity: 'error',
      from: { path: '^packages/cli/src/', pathNot: [tests, commandsWithServer] },
      to: { path: server },
    },
    {
      name: 'cli-commands-load-the-server-lazily',
      severity: 'error',
      from: { path: commandsWithServer, pathNot: tests },
      to: { path: server, dynamic: false, dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycles', severity: 'error', from: { pathNot: tests }, to: { circular: true } },
    { name: 'everything-resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^packages/[^/]+/dist/' },
    tsPreCompilationDeps: 'specify',
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
