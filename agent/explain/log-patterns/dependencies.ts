import type { LogPattern } from './pattern.ts';

const WAIT =
  'See whether the other service runs, and whether it was ready: “started” is not “ready”. Let the program try again for a while, or start it after a health check.';
const COMPOSE = 'depends_on: { NAME: { condition: service_healthy } }';
const NAME = 'The name of another service could not be turned into an address.';
const SAME_NETWORK =
  'Check the name, and that both are in the same network: on Docker’s default network containers do not know one another by name.';

/** Another service that the program needs and could not reach. */
export const DEPENDENCIES: readonly LogPattern[] = [
  {
    id: 'dependency.password',
    means: 'error',
    pattern:
      /password authentication failed for user|Access denied for user|WRONGPASS|NOAUTH Authentication required|Authentication failed\.? ?\(?code 18/,
    says: 'A database answered and refused the user or the password.',
    advice:
      'Compare the credentials with those that the database was first started with: a volume that exists already keeps the old ones, whatever the environment says now.',
    example: {
      lines: ['psycopg2.OperationalError: FATAL:  password authentication failed for user "shop"'],
      quote: 'psycopg2.OperationalError: FATAL:  password authentication failed for user "shop"',
    },
  },
  {
    id: 'dependency.name',
    means: 'error',
    pattern:
      /getaddrinfo (?:ENOTFOUND|EAI_AGAIN)|Name or service not known|Temporary failure in name resolution|Name does not resolve|could not translate host name|no such host\b|UnknownHostException|nodename nor servname provided|Unknown MySQL server host|host not found in upstream/,
    says: NAME,
    advice: SAME_NETWORK,
    command: 'docker network connect NETWORK CONTAINER',
    example: {
      lines: ['Error: getaddrinfo ENOTFOUND postgres'],
      quote: 'Error: getaddrinfo ENOTFOUND postgres',
    },
  },
  {
    id: 'dependency.refused',
    means: 'error',
    pattern:
      /\bconnection refused|\bECONNREFUSED\b|ConnectionRefusedError|Can't connect to (?:local )?(?:MySQL|server|MariaDB)|Communications link failure|Could not connect to Redis|could not connect to server|connection to server .{1,160} failed/i,
    says: 'A service that the program needs did not accept the connection: nothing listened there at that moment.',
    advice: `${WAIT} From inside a container localhost is the container itself, not the host and not another container.`,
    command: COMPOSE,
    example: {
      lines: ['dial tcp 10.0.3.7:5432: connect: connection refused'],
      quote: 'dial tcp 10.0.3.7:5432: connect: connection refused',
    },
  },
  {
    id: 'dependency.timeout',
    means: 'error',
    pattern:
      /\bETIMEDOUT\b|\bi\/o timeout\b|Connection timed out|connect timed out|EHOSTUNREACH|No route to host|Network is unreachable|ENETUNREACH/i,
    says: 'A service that the program needs could not be reached: nothing answered from its address.',
    advice:
      'Look at networks and firewalls between the two: a refused connection answers at once, this one got no answer.',
    example: {
      lines: ['dial tcp 10.0.3.7:5432: i/o timeout'],
      quote: 'dial tcp 10.0.3.7:5432: i/o timeout',
    },
  },
];
