#!/bin/sh
# Fetches a kernel alone, without a system around it: kernel.sh SUITE MIRROR KERNEL_PACKAGE OUT writes OUT/vmlinuz.
# Asks the mirror with lists of its own, so that nothing of this machine's changes.
set -eu
suite=$1 mirror=$2 kernel=$3 out=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/state/lists/partial" "$work/cache/archives/partial" "$work/root" "$out"
echo "deb $mirror $suite main" >"$work/sources.list"
cat >"$work/apt.conf" <<EOF
Dir::State "$work/state";
Dir::State::status "/dev/null";
Dir::Cache "$work/cache";
Dir::Etc::sourcelist "$work/sources.list";
Dir::Etc::sourceparts "-";
Acquire::Check-Valid-Until "false";
Acquire::Languages "none";
APT::Sandbox::User "root";
EOF
export APT_CONFIG="$work/apt.conf"
apt-get update -q
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
