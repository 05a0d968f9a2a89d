import { dirname, resolve } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { InquestError, messageOf } from '../../domain/errors.ts';
import { readBounded } from './access.ts';
import type { ClusterAccess } from './access.ts';

/** What is used of a kubeconfig. Whoever is named by a program or a plugin is refused: no setting runs a command. */
const text = z.string().min(1).optional();

const cluster = z.object({
  server: z.string(),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'insecure-skip-tls-verify': z.boolean().optional(),
  'tls-server-name': text,
});
const user = z.object({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  exec: z.unknown().optional(),
  'auth-provider': z.unknown().optional(),
});
const context = z.object({ cluster: z.string(), user: z.string() });

const kubeconfig = z.object({
  'current-context': text,
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown().optional() })).default([]),
  users: z.array(z.object({ name: z.string(), user: z.unknown().optional() })).default([]),
  contexts: z.array(z.object({ name: z.string(), context: z.unknown().optional() })).default([]),
});

/** The current context of a kubeconfig file. Paths in it are relative to it. */
export async function kubeconfigAccess(path: string): Promise<ClusterAccess> {
  const content = await readBounded(path);
  const found = kubeconfig.safeParse(parseYaml(content.toString('utf8'), path));
  if (!found.success) throw unusable(path, 'it is no kubeconfig');
  const { contexts, clusters, users, 'current-context': current } = found.data;
  const chosen = needed(context, contexts.find(({ name }) => name === current)?.context, path, 'current context');
  const { server, ...rest } = needed(
    cluster,
    clusters.find(({ name }) => name === chosen.cluster)?.cluster,
    path,
    'cluster',
  );
  const who = needed(user, users.find(({ name }) => name === chosen.user)?.user, path, 'user');
  if (!/^https:\/\//i.test(server)) throw unusable(path, `the server is not reached by https: ${server}`);
  if (rest['insecure-skip-tls-verify'] === true)
    throw unusable(path, 'it turns off the check of the server’s certificate (insecure-skip-tls-verify)');
  if (who.exec !== undefined || who['auth-provider'] !== undefined)
    throw unusable(path, 'its user is named by a program (exec, auth-provider), which the agent does not run');
  const from = (inline: string | undefined, file: string | undefined): Promise<Buffer | undefined> =>
    contentOf(dirname(path), inline, file);
  const ca = await from(rest['certificate-authority-data'], rest['certificate-authority']);
  const clientCertificate = await from(who['client-certificate-data'], who['client-certificate']);
  const clientKey = await from(who['client-key-data'], who['client-key']);
  const token = tokenOf(dirname(path), who);
  return {
    server: server.replace(/\/+$/, ''),
    ...(ca === undefined ? {} : { ca }),
    ...(clientCertificate === undefined ? {} : { clientCertificate }),
    ...(clientKey === undefined ? {} : { clientKey }),
    ...(token === undefined ? {} : { token }),
    ...(rest['tls-server-name'] === undefined ? {} : { serverName: rest['tls-server-name'] }),
  };
}

function parseYaml(content: string, path: string): unknown {
  try {
    // Without aliases there is no document that grows while it is read.
    return parse(content, { maxAliasCount: 0, schema: 'core' });
  } catch (error) {
    throw unusable(path, messageOf(error).split('\n', 1)[0] ?? 'it is no YAML');
  }
}

function needed<T>(schema: z.ZodType<T>, value: unknown, path: string, what: string): T {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  throw unusable(path, `its ${what} is missing or incomplete`);
}

async function contentOf(
  folder: string,
  inline: string | undefined,
  file: string | undefined,
): Promise<Buffer | undefined> {
  if (inline !== undefined) return Buffer.from(inline, 'base64');
  return file === undefined ? undefined : await readBounded(resolve(folder, file));
}

function tokenOf(folder: string, { token, tokenFile }: z.infer<typeof user>): ClusterAccess['token'] {
  if (tokenFile !== undefined)
    return async () => (await readBounded(resolve(folder, tokenFile))).toString('utf8').trim();
  return token === undefined ? undefined : () => Promise.resolve(token);
}

function unusable(path: string, why: string): InquestError {
  return new InquestError('bad-settings', `The kubeconfig ${path} cannot be used: ${why}.`, {
    next: 'Give the agent a file with a token or a client certificate, or set "kubernetes" to "off".',
  });
}
