/** The kernel side recognises a container's cgroup by its name when it is made: by the same table as the agent. */
import assert from 'node:assert/strict';
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

  for (const [path, { id = A }] of CONTAINERS) {
    test(`container of ${path.replaceAll(A, '<A>').replaceAll(B, '<B>')}`, () => {
      assert.deepEqual(idsIn(path), [id]);
    });
  }

  for (const [what, path] of OTHERS.filter(([, path]) => !CANNOT_BE_MADE.test(path))) {
    test(`no container: ${what}`, () => {
      assert.deepEqual(idsIn(path), []);
    });
  }
});
