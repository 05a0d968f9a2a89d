#!/bin/sh
# Makes the disk of a virtual machine: rootfs.sh SUITE MIRROR ARCHITECTURE KERNEL_PACKAGE OUT PACKAGE... writes
# OUT/disk.img, OUT/vmlinuz and OUT/modules (the kernel's modules, for the initial file system). The architecture is
# Debian's name of one. Needs root; runs in mounts of its own.
set -eu
suite=$1 mirror=$2 architecture=$3 kernel=$4 out=$5
shift 5
here=$(cd "$(dirname "$0")" && pwd)
if [ "${INQUEST_UNSHARED-}" != 1 ]; then
  INQUEST_UNSHARED=1 exec unshare --mount --fork --kill-child "$here/rootfs.sh" "$suite" "$mirror" "$architecture" "$kernel" "$out" "$@"
fi
debs=${XDG_CACHE_HOME:-$HOME/.cache}/inquest/kernels/debs
mkdir -p "$out" "$debs"
. "$here/foreign.sh"
run_foreign "$architecture"
# In memory: package managers wait for the disk after every file otherwise.
mount -t tmpfs -o size=4g,mode=0755 tmpfs "$out"
root=$out/root
# A suite younger than this debootstrap is made as the unstable one is.
script=/usr/share/debootstrap/scripts/$suite
[ -e "$script" ] || script=/usr/share/debootstrap/scripts/sid
debootstrap --arch="$architecture" --variant=minbase --cache-dir="$debs" "$suite" "$root" "$mirror" "$script"

printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
mount -t proc proc "$root/proc"
mount --bind "$debs" "$root/var/cache/apt/archives"
inside() {
  chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
# Mirrors of a suite in the making can lag behind the date until which it calls itself valid.
echo 'Acquire::Check-Valid-Until "false";' >"$root/etc/apt/apt.conf.d/90inquest"
inside apt-get update -q
inside apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o APT::Keep-Downloaded-Packages=true "$@"
# The kernel without what its package asks for: an initial file system of our own is smaller and starts faster.
image=$(inside apt-cache depends --no-recommends --no-suggests "$kernel" | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p' | head -n 1)
# Newer ones have the binary and the modules in packages of their own.
parts=$(inside apt-cache depends --no-recommends --no-suggests "${image:-$kernel}" | sed -n 's/^ *Depends: \(linux-\(base\|binary\|modules\)-[0-9].*\)/\1/p')
# Word splitting makes the list.
# shellcheck disable=SC2086
inside sh -c 'cd /tmp && apt-get download -q "$@"' download "${image:-$kernel}" $parts
# Extracting a package puts a folder where /lib is a link.
for package in "$root"/tmp/linux-*.deb; do
  dpkg-deb --fsys-tarfile "$package" | tar -x --keep-directory-symlink -C "$root"
done
rm "$root"/tmp/linux-*.deb
release=$(basename "$root"/lib/modules/*)
inside depmod "$release"
umount "$root/var/cache/apt/archives" "$root/proc"
rm -rf "$root/usr/sbin/policy-rc.d" "$root"/var/lib/apt/lists/* "$root"/usr/share/doc "$root"/usr/share/locale "$root"/usr/share/man

# What a machine that lives for one run can do without, and what it waits for.
for unit in earlyoom.service docker.service docker.socket containerd.service podman.service podman.socket apt-daily.timer apt-daily-upgrade.timer \
  podman-auto-update.timer podman-auto-update.service dpkg-db-backup.timer e2scrub_all.timer e2scrub_reap.service fstrim.timer serial-getty@ttyS0.service systemd-timesyncd.service getty@tty1.service \
  systemd-networkd-wait-online.service; do
  ln -sf /dev/null "$root/etc/systemd/system/$unit"
done
ln -sf /lib/systemd/system/multi-user.target "$root/etc/systemd/system/default.target"
# Both disks are mounted before systemd starts: it would wait for udev, and give up on a busy machine.
: >"$root/etc/fstab"
# Nobody is there to be asked for a password.
ln -sf /lib/systemd/system/poweroff.target "$root/etc/systemd/system/emergency.target"
mkdir -p "$root/lab" "$root/etc/systemd/system/multi-user.target.wants"
cp "$here/../guest/inquest-lab.service" "$root/etc/systemd/system/"
ln -sf ../inquest-lab.service "$root/etc/systemd/system/multi-user.target.wants/inquest-lab.service"
echo inquest-guest >"$root/etc/hostname"
printf '127.0.0.1 localhost inquest-guest\n' >"$root/etc/hosts"
: >"$root/etc/machine-id"

mkfs.ext4 -q -L inquest -E lazy_itable_init=1 -d "$root" "$out/disk.img" 4G
for vmlinuz in "$root"/boot/vmlinuz-* "$root/lib/modules/$release/vmlinuz"; do
  [ ! -e "$vmlinuz" ] || cp "$vmlinuz" "$out/vmlinuz"
done
mkdir "$out/modules"
cp -a "$root/lib/modules/$release" "$out/modules/"
cp "$root"/bin/busybox "$out/busybox"
# Out of memory onto the disk, holes kept.
keep=$out.kept
rm -rf "$keep"
mkdir "$keep"
cp --sparse=always "$out/disk.img" "$keep/"
cp -a "$out/vmlinuz" "$out/modules" "$out/busybox" "$keep/"
