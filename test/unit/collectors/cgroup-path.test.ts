import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ContainerCgroup, parseContainerCgroup } from '../../../agent/domain/cgroup-path.ts';

const A = 'a1'.repeat(32);
const B = 'b2'.repeat(32);
const UID = '01234567-89ab-cdef-0123-456789abcdef';
const UID_ = UID.replaceAll('-', '_');

type Expected = Pick<ContainerCgroup, 'runtime' | 'innerId' | 'podUid'> & { readonly own?: string };

const CONTAINERS: readonly (readonly [string, Expected])[] = [
  [`/docker/${A}`, { runtime: 'docker' }],
  [`/system.slice/docker-${A}.scope`, { runtime: 'docker' }],
  [`/my.slice/my-team.slice/docker-${A}.scope`, { runtime: 'docker' }],
  [`/custom-parent/${A}`, { runtime: 'unknown' }],
  [`/default/${A}`, { runtime: 'containerd' }],
  [`/system.slice/nerdctl-${A}.scope`, { runtime: 'containerd' }],
  [
    `/kubepods.slice/kubepods-burstable.slice/kubepods-burstable-pod${UID_}.slice/cri-containerd-${A}.scope`,
    { runtime: 'containerd', podUid: UID },
  ],
  [`/system.slice/kubepods-besteffort-pod${UID_}.slice:cri-containerd:${A}`, { runtime: 'containerd', podUid: UID }],
  [`/kubepods.slice/kubepods-pod${UID_}.slice/crio-${A}.scope`, { runtime: 'cri-o', podUid: UID }],
  [`/kubepods/burstable/pod${UID}/crio-${A}`, { runtime: 'cri-o', podUid: UID }],
  [`/kubepods/burstable/pod${UID}/${A}`, { runtime: 'unknown', podUid: UID }],
  [`/kubepods/pod${'c'.repeat(32)}/${A}`, { runtime: 'unknown', podUid: 'c'.repeat(32) }],
  [`/machine.slice/libpod-${A}.scope`, { runtime: 'podman' }],
  [`/machine.slice/libpod-${A}.scope/container`, { runtime: 'podman', own: `/machine.slice/libpod-${A}.scope` }],
  [`/libpod_parent/libpod-${A}`, { runtime: 'podman' }],
  [`/system.slice/web.service/libpod-payload-${A}`, { runtime: 'podman' }],
  [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${A}.scope`, { runtime: 'podman' }],
  [`/docker/${A}/docker/${B}`, { runtime: 'docker', innerId: B, own: `/docker/${A}` }],
  [
    `/docker/${A}/kubelet.slice/kubelet-kubepods-pod${UID_}.slice/cri-containerd-${B}.scope`,
    { runtime: 'docker', innerId: B, own: `/docker/${A}` },
  ],
  [`/docker/${A}/init.scope`, { runtime: 'docker', own: `/docker/${A}` }],
];

for (const [path, { own, ...expected }] of CONTAINERS) {
  test(`container of ${path.replaceAll(A, '<A>').replaceAll(B, '<B>')}`, () => {
    assert.deepEqual(parseContainerCgroup(path), { containerId: A, cgroupPath: own ?? path, ...expected });
  });
}

const OTHERS: readonly (readonly [string, string])[] = [
  ['the root', '/'],
  ['nothing', ''],
  ['a service', '/system.slice/ssh.service'],
  ['a CRI-O monitor', `/kubepods.slice/crio-conmon-${A}.scope`],
  ['a Podman monitor', `/machine.slice/libpod-conmon-${A}.scope`],
  ['an id that is too short', `/docker/${A.slice(1)}`],
  ['an id that is too long', `/docker/${A}0`],
  ['an id in upper case', `/docker/${A.toUpperCase()}`],
  ['a relative path', `docker/${A}`],
  ["a path above the kernel's limit", `/${'x/'.repeat(3_000)}docker/${A}`],
  ['endless depth', `${'/x'.repeat(500)}/docker/${A}`],
  ['a line break in the name', `/docker/${A}\n`],
  ['a scope with a tail', `/system.slice/docker-${A}.scope.d`],
];

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
