/** The kernel side recognises a container's cgroup by its name when it is made: by the same table as the agent. */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmdirSync } from 'node:fs';
import { dirname } from 'node:path';
import test, { after, describe } from 'node:test';
import { A, B, CONTAINERS, OTHERS } from '../support/cgroup-names.ts';
import { Listener, cgroupRoot, skip, uniqueName } from './support.ts';

/** ctr's folder counts below the root only. */
const CTR = '/default/web';
const POD = 'kubelet-kubepods-burstable-pod0f1e2d3c_0000_4000_8000_0123456789ab';
/** Names that no kernel lets anybody make, or that are none. */
const CANNOT_BE_MADE = /^[^/]|^\/?$|\n|^.{256,}/s;

/** Makes a cgroup with all above it; the result takes away what was made. */
function makeCgroup(path: string): () => void {
  const made: string[] = [];
  for (let folder = cgroupRoot + path; !existsSync(folder); folder = dirname(folder)) made.push(folder);
  mkdirSync(cgroupRoot + path, { recursive: true });
  return () => {
    for (const folder of made) rmdirSync(folder);
  };
}

/** Of the machine's own folders none is touched: below one of the test's it looks the same. */
function placeOf(path: string, own: string): string {
  return path.startsWith(CTR) ? path.replace('/web', own) : own + path;
}

describe('a cgroup is told to be a container’s when it is made', { skip }, () => {
  const listener = skip === false ? new Listener() : undefined;

  after(() => listener?.session.detach());

  /** What the kernel side took for containers. */
  function idsIn(path: string): readonly string[] {
    const own = `/${uniqueName()}`;
    const remove = makeCgroup(placeOf(path, own));
    try {
      const found = listener?.session.containers().filter((container) => container.path.includes(own)) ?? [];
      return found.map(({ id }) => id.replace(own.slice(1), 'web'));
    } finally {
      remove();
    }
  }

  for (const [path, { id = A, innerId }] of CONTAINERS) {
    // Made by root, who may do anything to the machine: one in another is a container, too.
    const ids = innerId === undefined ? [id] : [id, innerId];
    test(`${String(ids.length)} of ${path.replaceAll(A, '<A>').replaceAll(B, '<B>')}`, () => {
      assert.deepEqual(idsIn(path).toSorted(), ids.toSorted());
    });
  }

  test('somebody without rights over the machine can forge no name below a container’s group', () => {
    const own = `/${uniqueName()}`;
    const path = `${own}/docker/${A}`;
    const forged = `${path}/docker/${B}`;
    const remove = makeCgroup(path);
    const removeForged = [forged, dirname(forged)].map((folder) => () => {
      if (existsSync(cgroupRoot + folder)) rmdirSync(cgroupRoot + folder);
    });
    try {
      execFileSync('setpriv', ['--bounding-set=-sys_admin', 'mkdir', '-p', cgroupRoot + forged]);
      const found = listener?.session.containers().filter((container) => container.path.includes(own)) ?? [];
      assert.deepEqual(
        found.map(({ id }) => id),
        [A],
      );
    } finally {
      for (const take of removeForged) take();
      remove();
    }
  });

  test('a group below a container’s that repeats its name is no other container', () => {
    assert.deepEqual(idsIn(`/libpod-${A}.scope/libpod-payload-${A}`), [A]);
  });

  test('what runs in a pod on a node of kind has its whole path, and the pod’s container is the one around it', () => {
    const own = `/${uniqueName()}`;
    const inner = 'c'.repeat(64);
    const slices = ['kubelet', 'kubelet-kubepods', 'kubelet-kubepods-burstable', POD].map((name) => `${name}.slice`);
    const node = `${own}/system.slice/docker-${A}.scope`;
    const pods = `${node}/${slices.join('/')}/cri-containerd-${B}.scope`;
    const path = `${pods}/docker/${inner}`;
    assert.ok(path.length > 400);
    const remove = makeCgroup(path);
    try {
      const found = listener?.session.containers().filter((container) => container.path.startsWith(own)) ?? [];
      const nameOf = new Map(found.map(({ cgroupId, id }) => [cgroupId, id]));
      assert.deepEqual(
        new Map(found.map(({ id, outer, path: where }) => [id, { where, around: nameOf.get(outer) }])),
        new Map([
          [A, { where: node, around: undefined }],
          [B, { where: pods, around: A }],
          [inner, { where: path, around: B }],
        ]),
      );
    } finally {
      remove();
    }
  });

  for (const [what, path] of OTHERS.filter(([, path]) => !CANNOT_BE_MADE.test(path))) {
    test(`no container: ${what}`, () => {
      assert.deepEqual(idsIn(path), []);
    });
  }
});
