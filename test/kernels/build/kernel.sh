#!/bin/sh
# Fetches a kernel alone, without a system around it: kernel.sh SUITE MIRROR ARCHITECTURE KERNEL_PACKAGE OUT writes
# OUT/vmlinuz.
set -eu
suite=$1 mirror=$2 architecture=$3 kernel=$4 out=$5
. "$(dirname "$0")/private-apt.sh"
private_apt "$suite" "$mirror" "$architecture"
mkdir -p "$work/root" "$out"
depends() {
  apt-cache depends --no-recommends --no-suggests "$1" | sed -n "s/^ *Depends: \\($2-[0-9].*\\)/\\1/p"
}
image=$(depends "$kernel" linux-image | head -n 1)
# Newer ones have the binary in a package of its own.
binary=$(depends "${image:-$kernel}" linux-binary)
(cd "$work" && apt-get download -q "${binary:-${image:-$kernel}}")
dpkg-deb --fsys-tarfile "$work"/linux-*.deb | tar -x -C "$work/root" --wildcards '*/vmlinuz*'
find "$work/root" -name 'vmlinuz*' -type f -exec cp {} "$out/vmlinuz" \;
test -s "$out/vmlinuz"
