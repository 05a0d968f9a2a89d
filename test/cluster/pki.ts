import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ok } from '../support/rootfs.ts';

const API_SERVER = 'https://10.95.0.1:443';
const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
const FOR_A_DAY = ['-days', '1'];
const API_NAMES = 'IP:10.95.0.1,IP:10.96.0.1,IP:127.0.0.1,DNS:kubernetes.default.svc,DNS:kubernetes';

/** The name of the context in every kubeconfig. */
export const CONTEXT = 'lab';

/** The authority of a cluster, and its own certificates: below `root` in the folder pki. */
export async function writeAuthority(root: string): Promise<void> {
  const folder = join(root, 'pki');
  mkdirSync(folder);
  const authority = ['-subj', '/CN=kubernetes', '-keyout', join(folder, 'ca.key'), '-out', join(folder, 'ca.crt')];
  await ok('openssl', ['req', '-x509', ...KEY, ...FOR_A_DAY, ...authority]);
  await ok('openssl', ['genrsa', '-out', join(folder, 'sa.key'), '2048']);
  await ok('openssl', ['rsa', '-in', join(folder, 'sa.key'), '-pubout', '-out', join(folder, 'sa.pub')]);
  await sign(folder, 'apiserver', '/CN=kube-apiserver', `subjectAltName=${API_NAMES}`);
}

/** Somebody whom the API server knows by a certificate. `subject` as `/O=GROUP/CN=USER`; writes `root`/`name`.conf. */
export async function writeIdentity(root: string, name: string, subject: string): Promise<void> {
  const folder = join(root, 'pki');
  await sign(folder, name, subject);
  const user = { 'client-certificate': join(folder, `${name}.crt`), 'client-key': join(folder, `${name}.key`) };
  const cluster = { server: API_SERVER, 'certificate-authority': join(folder, 'ca.crt') };
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': CONTEXT,
    clusters: [{ name: CONTEXT, cluster }],
    users: [{ name, user }],
    contexts: [{ name: CONTEXT, context: { cluster: CONTEXT, user: name } }],
  };
  writeFileSync(join(root, `${name}.conf`), JSON.stringify(config), { mode: 0o600 });
}

async function sign(folder: string, name: string, subject: string, extension = ''): Promise<void> {
  const file = (end: string): string => join(folder, `${name}.${end}`);
  await ok('openssl', ['req', '-new', ...KEY, '-subj', subject, '-keyout', file('key'), '-out', file('csr')]);
  writeFileSync(file('ext'), extension);
  const by = ['-CA', join(folder, 'ca.crt'), '-CAkey', join(folder, 'ca.key'), '-CAcreateserial', ...FOR_A_DAY];
  const what = ['-in', file('csr'), '-extfile', file('ext'), '-out', file('crt')];
  await ok('openssl', ['x509', '-req', ...what, ...by]);
}
