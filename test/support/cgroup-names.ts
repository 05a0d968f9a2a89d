import type { ContainerCgroup } from '../../agent/domain/cgroup-path.ts';

/** How containers' cgroups are called, by every runtime and driver: what agent and kernel must both read from them. */

export const A = 'a1'.repeat(32);
export const B = 'b2'.repeat(32);
const UID = '01234567-89ab-cdef-0123-456789abcdef';
const UID_ = UID.replaceAll('-', '_');

/** The id is A, the container's own cgroup the whole path, where nothing else is said. */
type Expected = Pick<ContainerCgroup, 'runtime' | 'innerId' | 'podUid'> & {
  readonly id?: string;
  readonly own?: string;
};

export const CONTAINERS: readonly (readonly [string, Expected])[] = [
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
  // In a pod of Podman's, which is none itself.
  [`/libpod_parent/${B}/libpod-${A}`, { runtime: 'podman' }],
  [`/machine.slice/machine-libpod_pod_${B}.slice/libpod-${A}.scope`, { runtime: 'podman' }],
  [`/user.slice/user-1000.slice/user@1000.service/user.slice/docker-${A}.scope`, { runtime: 'docker' }],
  [`/system.slice/web.service/libpod-payload-${A}`, { runtime: 'podman' }],
  [`/user.slice/user-1000.slice/user@1000.service/user.slice/libpod-${A}.scope`, { runtime: 'podman' }],
  [`/docker/${A}/docker/${B}`, { runtime: 'docker', innerId: B, own: `/docker/${A}` }],
  [
    `/docker/${A}/kubelet.slice/kubelet-kubepods-pod${UID_}.slice/cri-containerd-${B}.scope`,
    { runtime: 'docker', innerId: B, own: `/docker/${A}` },
  ],
  // By the name that it was given, where the runtime has no ids.
  ['/default/web', { runtime: 'containerd', id: 'web' }],
  ['/default/web/init.scope', { runtime: 'containerd', id: 'web', own: '/default/web' }],
  ['/system.slice/runc-web.scope', { runtime: 'unknown', id: 'web' }],
  ['/system.slice/runc-my_web.2+b-1.scope', { runtime: 'unknown', id: 'my_web.2+b-1' }],
  [`/system.slice/runc-${A}.scope`, { runtime: 'unknown' }],
  ['/user.slice/user-1000.slice/user@1000.service/user.slice/crun-web.scope', { runtime: 'unknown', id: 'web' }],
  [`/docker/${A}/default/web`, { runtime: 'docker', own: `/docker/${A}` }],
  ['/docker/buildkit/w9zs0pd9nvpkhyxlhl3x07oqz', { runtime: 'unknown', id: 'w9zs0pd9nvpkhyxlhl3x07oqz' }],
  [`/docker/${A}/init.scope`, { runtime: 'docker', own: `/docker/${A}` }],
];

export const OTHERS: readonly (readonly [string, string])[] = [
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
  ["a pod of Podman's", `/libpod_parent/${A}`],
  ['a name of ctr’s below a folder that is not its own', '/system.slice/default/web'],
  ['what is below no such folder', '/default'],
  ['a scope of runc without a name', '/system.slice/runc-.scope'],
  ['a scope of runc with a name that nobody can give it', '/system.slice/runc-a b.scope'],
  ['a scope of runc with a name above its limit', `/system.slice/runc-${'x'.repeat(65)}.scope`],
  ['a service of that name', '/system.slice/runc-web.service'],
  ['a scope with a tail', `/system.slice/docker-${A}.scope.d`],
];
