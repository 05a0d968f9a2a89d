// Which room may import which (the table of rooms in the design). `make layers` checks the same by compiling each
// room with only what it may see; this one names the import that is wrong.

/** Where processes and threads begin. */
const ENTRIES =
  '^(?:agent/cli/(?:reference-)?main|agent/store/reader-worker|agent/backtrace/backtrace-worker|extension/(?:(?:server|webview)/)?main)\\.ts$';

/** Rooms of agent/ and the rooms each may import besides itself. */
const ROOMS = {
  domain: [],
  native: [],
  explain: ['domain'],
  backtrace: ['domain'],
  store: ['domain', 'explain'],
  server: ['domain', 'explain', 'collectors'],
  telemetry: ['domain', 'explain', 'collectors'],
  client: ['domain'],
  lsp: ['domain'],
  install: ['domain'],
  daemon: ['domain', 'native', 'explain', 'collectors', 'backtrace', 'store', 'server', 'telemetry', 'client'],
  cli: ['domain', 'explain', 'client', 'lsp', 'daemon', 'native', 'install'],
};

const roomRules = Object.entries(ROOMS).map(([room, allowed]) => ({
  name: `room-${room}`,
  comment: `agent/${room} may import ${allowed.length === 0 ? 'no other room' : allowed.join(', ')}`,
  severity: 'error',
  from: { path: `^agent/${room}/` },
  to: { path: '^(?:agent|extension|test)/', pathNot: `^agent/(?:${[room, ...allowed].join('|')})/` },
}));

module.exports = {
  forbidden: [
    ...roomRules,
    {
      name: 'domain-is-pure',
      comment: 'agent/domain and agent/explain are plain data and functions: no packages, no built-ins of Node.js',
      severity: 'error',
      from: { path: '^agent/(?:domain|explain)/' },
      to: { dependencyTypesNot: ['local', 'type-only'], pathNot: '^agent/' },
    },
    {
      name: 'collectors-stay-apart',
      comment: 'a collector imports agent/domain, what collectors share and its own folder, never another collector',
      severity: 'error',
      from: { path: '^agent/collectors/([^/]+)/' },
      to: {
        path: '^(?:agent|extension|test)/',
        pathNot: ['^agent/domain/', '^agent/collectors/(?:$1|shared)/', '^agent/native/'],
      },
    },
    {
      name: 'addon-only-for-the-kernel-collector',
      severity: 'error',
      from: { path: '^agent/collectors/', pathNot: '^agent/collectors/kernel/' },
      to: { path: '^agent/native/' },
    },
    {
      name: 'extension-knows-domain-and-client-only',
      severity: 'error',
      from: { path: '^extension/', pathNot: '^extension/server/' },
      to: { path: '^agent/', pathNot: '^agent/(?:domain|client)/' },
    },
    {
      name: 'language-server-knows-domain-and-lsp-only',
      comment: 'it runs in a process of its own, without VS Code',
      severity: 'error',
      from: { path: '^extension/server/' },
      to: { path: ['^(?:agent|extension)/', '(?:^|/)vscode$'], pathNot: '^(?:agent/(?:domain|lsp)|extension/server)/' },
    },
    {
      name: 'product-does-not-import-tests',
      severity: 'error',
      from: { path: '^(?:agent|extension)/' },
      to: { path: '^test/' },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'no-orphans',
      comment: 'a module that nobody imports is dead',
      severity: 'error',
      from: { orphan: true, path: '^(?:agent|extension)/' },
      to: {},
    },
    {
      name: 'no-dead-modules',
      comment: 'every module is reached from an entry or from a test',
      severity: 'error',
      from: { path: [ENTRIES, '^test/'] },
      to: { path: '^(?:agent|extension)/.*\\.ts$', reachable: false, pathNot: ['\\.d\\.ts$', ENTRIES] },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
    {
      name: 'no-dev-dependencies-in-the-product',
      severity: 'error',
      from: { path: '^(?:agent|extension)/' },
      // The editor itself provides the module 'vscode'; only its types are a package.
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'],
        dependencyTypesNot: ['type-only'],
        pathNot: '^node_modules/@types/vscode/',
      },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
