import type { ExitCodeTable } from './table.ts';

/** Databases, servers, their clients and what backs them up. */
export const SERVERS: readonly ExitCodeTable[] = [
  {
    context: 'gunicorn',
    source: 'Gunicorn, arbiter.py: WORKER_BOOT_ERROR and APP_LOAD_ERROR',
    programs: ['gunicorn'],
    codes: {
      1: 'it could not start',
      3: 'a worker failed to boot',
      4: 'the application could not be loaded',
    },
  },
  {
    context: 'uWSGI',
    source: 'uWSGI, uwsgi.h: UWSGI_FAILED_APP_CODE',
    programs: ['uwsgi'],
    codes: {
      1: 'it could not start',
      22: 'the application could not be loaded (need-app)',
    },
  },
  {
    context: 'Elasticsearch, OpenSearch',
    source: 'Elasticsearch, ElasticsearchUncaughtExceptionHandler and ExitCodes',
    codes: {
      78: 'a bootstrap check failed, often vm.max_map_count',
      124: 'an error in input or output that it could not go on after',
      126: 'a stack overflow inside the virtual machine',
      127: 'memory ran out inside the virtual machine (OutOfMemoryError)',
      128: 'an internal error of the virtual machine',
    },
  },
  {
    context: 'mongod',
    source: 'MongoDB manual, “Exit Codes and Statuses”',
    programs: ['mongod', 'mongos'],
    codes: {
      2: 'options that are wrong or contradict one another',
      14: 'an error that it could not go on after',
      48: 'it could not listen, often because the port is in use',
      62: 'the data files belong to another version',
      100: 'an exception that nobody caught, often a data folder that is missing or locked',
    },
  },
  {
    context: 'psql',
    source: 'psql(1), EXIT STATUS',
    programs: ['psql'],
    codes: {
      1: 'a fatal error of its own, such as a file not found',
      2: 'the connection to the server went bad',
      3: 'an error in a script (ON_ERROR_STOP)',
    },
  },
  {
    context: 'pg_ctl',
    source: 'pg_ctl(1), EXIT STATUS',
    programs: ['pg_ctl'],
    codes: {
      3: 'the server is not running',
      4: 'the data folder is not accessible',
    },
  },
  {
    context: 'pg_isready',
    source: 'PostgreSQL documentation, pg_isready',
    programs: ['pg_isready'],
    codes: {
      1: 'the server rejects connections, for example while it starts',
      2: 'no answer from the server',
      3: 'no attempt was made, for example on wrong parameters',
    },
  },
  {
    context: 'restic',
    source: 'restic documentation, “Exit codes”',
    programs: ['restic'],
    codes: {
      1: 'the command failed',
      2: 'an error of the Go runtime',
      3: 'some of the data could not be read',
      10: 'the repository does not exist',
      11: 'the repository is locked',
      12: 'a wrong password',
      130: 'it was interrupted',
    },
  },
  {
    context: 'borg',
    source: 'Borg documentation, “Return codes”',
    programs: ['borg'],
    codes: {
      1: 'it finished with warnings',
      2: 'an error: it stopped before its work was done',
    },
  },
  {
    context: 'supervisord',
    source: 'Supervisor, supervisord.py and options.py',
    programs: ['supervisord'],
    codes: { 2: 'wrong usage, or an error in its configuration' },
  },
];
