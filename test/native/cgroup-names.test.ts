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

  for (const [what, path] of OTHERS.filter(([, path]) => !CANNOT_BE_MADE.test(path))) {
    test(`no container: ${what}`, () => {
      assert.deepEqual(idsIn(path), []);
    });
  }
});
