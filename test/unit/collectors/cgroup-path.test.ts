import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseContainerCgroup } from '../../../agent/domain/cgroup-path.ts';
import { A, B, CONTAINERS, OTHERS } from '../../support/cgroup-names.ts';

for (const [path, { id, own, ...expected }] of CONTAINERS) {
  test(`container of ${path.replaceAll(A, '<A>').replaceAll(B, '<B>')}`, () => {
    assert.deepEqual(parseContainerCgroup(path), { containerId: id ?? A, cgroupPath: own ?? path, ...expected });
  });
}

for (const [what, path] of OTHERS) {
  test(`no container: ${what}`, () => {
    assert.equal(parseContainerCgroup(path), undefined);
  });
}

test('a container cannot pass for another by naming a cgroup below its own', () => {
  const parsed = parseContainerCgroup(`/docker/${A}/system.slice/docker-${B}.scope`);
  assert.equal(parsed?.containerId, A);
  assert.equal(parsed.innerId, B);
});
