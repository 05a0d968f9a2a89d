import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { inClusterAccess, isInCluster } from '../../../../agent/collectors/kubernetes/access.ts';
import { kubeconfigAccess } from '../../../../agent/collectors/kubernetes/kubeconfig.ts';

describe('how to reach a cluster', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'kubeconfig-'));
    writeFileSync(join(folder, 'ca.crt'), 'CA');
    writeFileSync(join(folder, 'kubelet.pem'), 'CERTIFICATE AND KEY');
    writeFileSync(join(folder, 'token'), 'first\n');
  });

  after(() => {
    rmSync(folder, { recursive: true });
  });

  function config(cluster: string, user: string, current = 'lab'): string {
    const path = join(folder, 'config');
    writeFileSync(
      path,
      `apiVersion: v1
kind: Config
current-context: ${current}
contexts:
- {name: other, context: {cluster: none, user: none}}
- {name: lab, context: {cluster: lab, user: agent, namespace: shop}}
clusters:
- {name: none, cluster: {server: "https://10.0.0.1"}}
- {name: lab, cluster: ${cluster}}
users:
- {name: agent, user: ${user}}
`,
    );
    return path;
  }

  test('by the files of kubelet: paths relative to the kubeconfig', async () => {
    const path = config(
      '{server: "https://10.96.0.1:6443/", certificate-authority: ca.crt, tls-server-name: kubernetes}',
      '{client-certificate: kubelet.pem, client-key: kubelet.pem}',
    );
    const access = await kubeconfigAccess(path);
    assert.equal(access.server, 'https://10.96.0.1:6443');
    assert.equal(access.serverName, 'kubernetes');
    assert.equal(access.ca?.toString(), 'CA');
    assert.equal(access.clientCertificate?.toString(), 'CERTIFICATE AND KEY');
    assert.equal(access.token, undefined);
  });

  test('by data within it', async () => {
    const data = Buffer.from('CA').toString('base64');
    const access = await kubeconfigAccess(
      config(`{server: "https://k", certificate-authority-data: ${data}}`, '{token: abc}'),
    );
    assert.equal(access.ca?.toString(), 'CA');
    assert.equal(await access.token?.(), 'abc');
  });

  test('a token file is read anew each time', async () => {
    const { token } = await kubeconfigAccess(config('{server: "https://k"}', '{tokenFile: token}'));
    assert.equal(await token?.(), 'first');
    writeFileSync(join(folder, 'token'), 'second\n');
    assert.equal(await token?.(), 'second');
  });

  for (const [what, cluster, user, says] of [
    ['without TLS', '{server: "http://k"}', '{token: a}', /not reached by https/],
    [
      'without a check of the certificate',
      '{server: "https://k", insecure-skip-tls-verify: true}',
      '{}',
      /turns off the check/,
    ],
    ['with a program that names the user', '{server: "https://k"}', '{exec: {command: aws}}', /named by a program/],
    [
      'with a plugin that names the user',
      '{server: "https://k"}',
      '{auth-provider: {name: gcp}}',
      /named by a program/,
    ],
    ['without a server', '{}', '{token: a}', /cluster is missing/],
    ['that is no YAML', '{', '{token: a}', /cannot be used/],
    ['whose aliases would grow', '&a {server: "https://k"}', '*a', /cannot be used/],
  ] as const) {
    test(`a kubeconfig ${what} is refused`, async () => {
      await assert.rejects(kubeconfigAccess(config(cluster, user)), says);
    });
  }

  test('a current context that is not there is refused', async () => {
    await assert.rejects(kubeconfigAccess(config('{server: "https://k"}', '{}', 'gone')), /current context is missing/);
  });

  test('files that are missing are named', async () => {
    await assert.rejects(
      kubeconfigAccess(config('{server: "https://k", certificate-authority: nowhere.crt}', '{}')),
      /nowhere\.crt cannot be read/,
    );
    await assert.rejects(kubeconfigAccess(join(folder, 'nowhere')), /nowhere cannot be read/);
  });

  test('by the service account of a pod, over IPv6, too', async () => {
    const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
    assert.ok(isInCluster(env));
    assert.equal((await inClusterAccess(env, folder)).server, 'https://[fd00::1]:443');
    assert.ok(!isInCluster({}));
    await assert.rejects(inClusterAccess({}, folder), /does not run in a pod/);
  });
});
