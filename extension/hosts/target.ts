/** What somebody would type after `ssh`, taken apart. */
export interface SshTarget {
  /** Alias, name or address: what ~/.ssh/config is asked for. */
  readonly alias: string;
  readonly user?: string;
  readonly port?: number;
}

const MAX_PORT = 65_535;
/** No white space, no control, nothing that ssh refuses in a host name either; never an option. */
const HOST = /^[^\s-][^\s"'`$\\;&<>|(){}/@]*$/;
const USER = /^[^\s-][^\s"'`;&<>|(){}/]*$/;

/** Reads `alias`, `user@host`, `[user@]host:port` for ProxyJump, and `ssh://user@host:port`. `undefined` when it is none. */
export function parseTarget(text: string): SshTarget | undefined {
  const isUri = /^ssh:\/\//i.test(text);
  const rest = isUri ? text.slice('ssh://'.length).replace(/\/$/, '') : text;
  const at = rest.lastIndexOf('@');
  const user = at === -1 ? undefined : rest.slice(0, at);
  if (user !== undefined && !USER.test(user)) return undefined;
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+)|([0-9a-fA-F:]*:[0-9a-fA-F:]*:[0-9a-fA-F:.%\w]*))(?::(\d+))?$/.exec(
    rest.slice(at + 1),
  );
  const alias = match?.[1] ?? match?.[2] ?? match?.[3];
  if (match === null || alias === undefined || !HOST.test(alias)) return undefined;
  const port = match[4] === undefined ? undefined : Number(match[4]);
  if (port !== undefined && (port < 1 || port > MAX_PORT)) return undefined;
  return { alias, ...(user === undefined ? {} : { user }), ...(port === undefined ? {} : { port }) };
}
