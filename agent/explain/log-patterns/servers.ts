import type { LogPattern } from './pattern.ts';

/** Common servers: the line in which they say why they do not start or go on. */
export const SERVERS: readonly LogPattern[] = [
  {
    id: 'postgres.uninitialized',
    runtime: 'PostgreSQL',
    means: 'error',
    pattern: /^Error: Database is uninitialized and superuser password is not specified/,
    says: 'The image was started for the first time without a password for the database’s owner.',
    advice: 'Set one.',
    command: 'docker run --env POSTGRES_PASSWORD=… postgres',
    example: {
      lines: ['Error: Database is uninitialized and superuser password is not specified.'],
      quote: 'Error: Database is uninitialized and superuser password is not specified.',
    },
  },
  {
    id: 'postgres.version',
    runtime: 'PostgreSQL',
    means: 'error',
    pattern: /FATAL: {1,4}database files are incompatible with server/,
    says: 'The volume holds the database of another major version.',
    advice:
      'Start the version that made it, dump the database, and load the dump into the new one; or use pg_upgrade. The files themselves are unharmed.',
    example: {
      lines: ['2026-11-02 10:00:00.000 UTC [1] FATAL:  database files are incompatible with server'],
      quote: '2026-11-02 10:00:00.000 UTC [1] FATAL:  database files are incompatible with server',
    },
  },
  {
    id: 'postgres.fatal',
    runtime: 'PostgreSQL',
    means: 'error',
    pattern:
      /(?:FATAL|PANIC): {1,4}(?:could not|data directory|configuration file|lock file|pre-existing shared memory|cannot|invalid|the database|requested|bogus)/,
    program: /^postgres/,
    says: 'The database server itself could not start or go on.',
    advice: 'Its message names the file or the setting.',
    example: {
      lines: ['2026-11-02 10:00:00.000 UTC [1] FATAL:  data directory "/var/lib/postgresql/data" has wrong ownership'],
      quote: '2026-11-02 10:00:00.000 UTC [1] FATAL:  data directory "/var/lib/postgresql/data" has wrong ownership',
      programs: ['postgres'],
    },
  },
  {
    id: 'nginx.emerg',
    runtime: 'nginx',
    means: 'error',
    pattern: /\[emerg\] /,
    says: 'nginx could not start with its configuration.',
    advice: 'The message names the directive and its place. The configuration can be tested without a restart.',
    command: 'nginx -t',
    example: {
      lines: ['nginx: [emerg] unknown directive "proxy_passs" in /etc/nginx/conf.d/shop.conf:12'],
      quote: 'nginx: [emerg] unknown directive "proxy_passs" in /etc/nginx/conf.d/shop.conf:12',
      place: '/etc/nginx/conf.d/shop.conf:12',
    },
  },
  {
    id: 'mysql.uninitialized',
    runtime: 'MySQL',
    means: 'error',
    pattern: /\[Entrypoint\]: Database is uninitialized and password option is not specified/,
    says: 'The image was started for the first time without a password for the database’s root user.',
    advice: 'Set one.',
    command: 'docker run --env MYSQL_ROOT_PASSWORD=… mysql',
    example: {
      lines: [
        '2026-11-02 10:00:00+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified',
      ],
      quote:
        '2026-11-02 10:00:00+00:00 [ERROR] [Entrypoint]: Database is uninitialized and password option is not specified',
    },
  },
  {
    id: 'mysql.aborting',
    runtime: 'MySQL',
    means: 'error',
    isConsequence: true,
    pattern: /\[ERROR\] (?:\[MY-010119\] \[Server\] )?Aborting/,
    says: 'The database server gave up. Why is in the [ERROR] lines above this one.',
    advice: 'Look at the first [ERROR] line of the start.',
    example: {
      lines: ['2026-11-02T10:00:00.000000Z 0 [ERROR] [MY-010119] [Server] Aborting'],
      quote: '2026-11-02T10:00:00.000000Z 0 [ERROR] [MY-010119] [Server] Aborting',
    },
  },
  {
    id: 'mysql.error',
    runtime: 'MySQL',
    means: 'error',
    pattern: /\[ERROR\] \[MY-\d{6}\] /,
    says: 'The database server could not start or go on.',
    advice: 'Its message names the file or the setting; the number after MY- is explained in the manual.',
    example: {
      lines: [
        '2026-11-02T10:00:00.000000Z 0 [ERROR] [MY-010457] [Server] --initialize specified but the data directory has files in it. Aborting.',
        '2026-11-02T10:00:00.100000Z 0 [ERROR] [MY-010119] [Server] Aborting',
      ],
      quote:
        '2026-11-02T10:00:00.000000Z 0 [ERROR] [MY-010457] [Server] --initialize specified but the data directory has files in it. Aborting.',
    },
  },
  {
    id: 'redis.fatal',
    runtime: 'Redis',
    means: 'error',
    pattern:
      /\*\*\* FATAL CONFIG FILE ERROR|Fatal error, can't open config file|Bad file format reading the append only file|Can't (?:open|handle) (?:or|the) .{0,40}AOF|Wrong signature trying to load DB from file|Can't handle RDB format version/,
    says: 'Redis could not read its configuration or its data.',
    advice:
      'Check the file that it names. A damaged append-only file can be repaired with redis-check-aof --fix; data written by a newer Redis needs that version.',
    example: {
      lines: ['1:M 02 Nov 2026 10:00:00.000 # Bad file format reading the append only file appendonly.aof.1.incr.aof'],
      quote: '1:M 02 Nov 2026 10:00:00.000 # Bad file format reading the append only file appendonly.aof.1.incr.aof',
    },
  },
  {
    id: 'kafka.fatal',
    runtime: 'Kafka',
    means: 'error',
    pattern:
      /Exiting Kafka due to fatal exception|Fatal error during KafkaServer (?:startup|shutdown)|The Cluster ID \S{1,60} doesn't match stored clusterId/,
    says: 'Kafka could not start.',
    advice:
      'The exception below this line names the setting. A cluster id that does not match means that the volume belongs to another cluster.',
    example: {
      lines: ['[2026-11-02 10:00:00,000] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)'],
      quote: '[2026-11-02 10:00:00,000] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)',
    },
  },
  {
    id: 'elasticsearch.bootstrap',
    runtime: 'Elasticsearch',
    means: 'error',
    pattern: /bootstrap check failure \[\d|max virtual memory areas vm\.max_map_count \[\d{1,9}\] is too low/,
    says: 'A setting of the host is too low for it, and it refuses to start.',
    advice: 'Raise it on the host; inside the container it cannot be changed.',
    command: 'sysctl -w vm.max_map_count=262144',
    example: {
      lines: [
        'bootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]',
      ],
      quote:
        'bootstrap check failure [1] of [1]: max virtual memory areas vm.max_map_count [65530] is too low, increase to at least [262144]',
    },
  },
];
