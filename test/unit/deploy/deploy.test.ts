import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { validate } from 'kubernetes-models/_schemas/IoK8sApiAppsV1DaemonSet';
import { parse, parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { FIELDS } from '../../../agent/cli/settings/fields.ts';
import { layoutAt } from '../../../agent/install/layout.ts';
import { unitText } from '../../../agent/install/unit.ts';
import { findHelm } from '../../support/helm.ts';
import { complaintsAbout } from '../../support/kube-schema.ts';
import type { Manifest } from '../../support/kube-schema.ts';
import { runCommand } from '../../support/run-command.ts';

const ROOT = join(import.meta.dirname, '..', '..', '..');
const DEPLOY = join(ROOT, 'agent', 'deploy');
const CHART = join(DEPLOY, 'chart');

const manifest = z.looseObject({
  apiVersion: z.string(),
  kind: z.string(),
  metadata: z.looseObject({ name: z.string(), namespace: z.string().exactOptional() }),
});

function objectsOf(text: string): Manifest[] {
  return parseAllDocuments(text)
    .map((document) => {
      assert.deepEqual(document.errors, []);
      const value: unknown = document.toJS();
      return value;
    })
    .filter((value) => value !== null)
    .map((value) => manifest.parse(value));
}

function read(...path: string[]): string {
  return readFileSync(join(DEPLOY, ...path), 'utf8');
}

function plain(): Manifest[] {
  const { resources } = z
    .object({ resources: z.array(z.string()) })
    .parse(parse(read('manifests', 'kustomization.yaml')));
  return resources.flatMap((file) => objectsOf(read('manifests', file)));
}

const daemonSet = z.object({
  spec: z.object({
    template: z.object({
      spec: z.looseObject({
        containers: z.tuple([
          z.object({
            image: z.string(),
            env: z.array(z.looseObject({ name: z.string(), value: z.string().optional() })),
            securityContext: z.looseObject({
              capabilities: z.object({ drop: z.array(z.string()), add: z.array(z.string()) }),
            }),
            resources: z.object({ limits: z.looseObject({ memory: z.string() }) }),
            volumeMounts: z.array(
              z.object({ name: z.string(), mountPath: z.string(), readOnly: z.boolean().optional() }),
            ),
          }),
        ]),
        volumes: z.array(z.looseObject({ name: z.string() })),
      }),
    }),
  }),
});

function agentOf(objects: readonly Manifest[]): z.infer<typeof daemonSet>['spec']['template']['spec'] {
  const found = objects.find(({ kind }) => kind === 'DaemonSet');
  assert.ok(validate(found), 'the schema of Kubernetes refuses it');
  return daemonSet.parse(found).spec.template.spec;
}

function check(objects: readonly Manifest[]): void {
  assert.deepEqual(complaintsAbout(objects), []);
  const { containers, volumes } = agentOf(objects);
  const [{ env, volumeMounts, securityContext, resources }] = containers;
  const known = new Set(Object.values(FIELDS).map(({ variable }) => variable));
  for (const { name } of env) assert.ok(known.has(name), `${name} is no setting`);
  assert.deepEqual(volumeMounts.map(({ name }) => name).sort(), volumes.map(({ name }) => name).sort());
  assert.equal(securityContext['privileged'], false);
  assert.equal(securityContext['readOnlyRootFilesystem'], true);
  assert.equal(securityContext['allowPrivilegeEscalation'], false);
  assert.deepEqual(securityContext.capabilities.drop, ['ALL']);
  // The same that the service has, for the same reasons.
  const bounding = /^CapabilityBoundingSet=(.*)$/m.exec(unitText(layoutAt('/')))?.[1]?.replaceAll('CAP_', '');
  assert.equal(securityContext.capabilities.add.join(' '), bounding);
  assert.equal(resources.limits.memory, '384Mi');
  const writable = volumeMounts.filter(({ readOnly }) => readOnly !== true).map(({ mountPath }) => mountPath);
  assert.deepEqual(writable, ['/var/lib/inquest', '/run/inquest', '/tmp', '/sys/fs/bpf']);
}

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')));

describe('manifests', () => {
  test('are what Kubernetes takes, with no more rights than the service has', () => {
    check(plain());
  });

  test('a field that Kubernetes would drop without a word is found', () => {
    const [first] = plain();
    assert.ok(first !== undefined);
    const typo = { ...first, spec: { finalisers: [] } };
    assert.match(complaintsAbout([typo]).join('\n'), /finalisers/);
  });

  test('may read pods and events, and nothing else of the cluster', () => {
    const roles = plain().filter(({ kind }) => kind === 'ClusterRole');
    const rules = z.array(z.object({ rules: z.array(z.unknown()) })).parse(roles);
    assert.deepEqual(rules, [
      { rules: [{ apiGroups: [''], resources: ['pods', 'events'], verbs: ['get', 'list', 'watch'] }] },
    ]);
  });

  test('are of this version', () => {
    const [{ image }] = agentOf(plain()).containers;
    assert.equal(image, `inquest:${version}`);
    assert.ok(read('Containerfile').includes(`ARG VERSION=${version}\n`));
    const chart = z.object({ version: z.string(), appVersion: z.string() }).parse(parse(read('chart', 'Chart.yaml')));
    assert.deepEqual(chart, { version, appVersion: version });
  });
});

describe('the chart', () => {
  let helm: string | undefined;

  before(async () => {
    helm = await findHelm();
  });

  async function render(...flags: string[]): Promise<{ readonly code: number; readonly text: string }> {
    const argv = ['template', 'inquest', CHART, '--namespace', 'inquest', ...flags];
    const { code, stdout, stderr } = await runCommand(helm ?? '', argv);
    return { code, text: code === 0 ? stdout : stderr };
  }

  test('has no complaint of helm', async (t) => {
    if (helm === undefined) {
      t.skip('there is no helm');
      return;
    }
    const { code, stdout } = await runCommand(helm, ['lint', '--strict', CHART]);
    assert.equal(code, 0, stdout);
  });

  test('makes the same of its defaults as the manifests', async (t) => {
    if (helm === undefined) {
      t.skip('there is no helm');
      return;
    }
    const { code, text } = await render();
    assert.equal(code, 0, text);
    const rendered = objectsOf(text);
    check(rendered);
    const ours = plain().filter(({ kind }) => kind !== 'Namespace');
    assert.deepEqual(comparable(rendered), comparable(ours));
  });

  test('takes what a node with CRI-O and SELinux needs', async (t) => {
    if (helm === undefined) {
      t.skip('there is no helm');
      return;
    }
    const { code, text } = await render(
      ...['--set', 'runtimeSocket=/run/crio/crio.sock', '--set', 'seLinuxOptions.type=spc_t'],
      ...['--set', 'seccomp=RuntimeDefault', '--set', 'image.repository=registry.example:5000/tools/inquest'],
      ...['--set', 'image.pullSecrets[0].name=registry', '--set', 'retention.bytes=2147483648'],
    );
    assert.equal(code, 0, text);
    const objects = objectsOf(text);
    check(objects);
    const [{ image, env, volumeMounts }] = agentOf(objects).containers;
    assert.equal(image, `registry.example:5000/tools/inquest:${version}`);
    assert.ok(volumeMounts.some(({ mountPath }) => mountPath === '/run/crio'));
    const value = (name: string): string | undefined => env.find((one) => one.name === name)?.value;
    assert.equal(value('INQUEST_CRI'), '/run/crio/crio.sock');
    assert.equal(value('INQUEST_RETENTION_BYTES'), '2147483648');
  });

  for (const wrong of ['image.pullPolicy=Sometimes', 'colour=red', 'retention.days=0', 'runtimeSocket=/etc/passwd']) {
    test(`refuses ${wrong}`, async (t) => {
      if (helm === undefined) {
        t.skip('there is no helm');
        return;
      }
      const { code } = await render('--set', wrong);
      assert.notEqual(code, 0);
    });
  }
});

/** Without what a release adds, and without settings whose defaults the manifests leave to the agent. */
function comparable(objects: readonly Manifest[]): readonly unknown[] {
  const text = JSON.stringify(objects, (key, value: unknown) => {
    if (key === 'labels' || key === 'matchLabels') return { 'app.kubernetes.io/name': 'inquest' };
    return key === 'env' && Array.isArray(value) ? value.filter((one) => !isDefault(one)) : value;
  });
  const all = z.array(manifest).parse(JSON.parse(text));
  return all.sort((a, b) => a.kind.localeCompare(b.kind));
}

const DEFAULTED: ReadonlySet<string> = new Set(['RETENTION_DAYS', 'RETENTION_BYTES', 'LOG_LEVEL']);

function isDefault(variable: unknown): boolean {
  const named = z.object({ name: z.string() }).safeParse(variable);
  return named.success && DEFAULTED.has(named.data.name.replace('INQUEST_', ''));
}
