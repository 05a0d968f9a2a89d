#!/bin/sh
# Prints a folder with the static libraries that the addon links for another architecture: sysroot.sh arm64.
# They come from this machine's own package sources, into a cache; the machine's dpkg learns of no architecture.
set -eu
architecture=$1
packages='libbpf-dev libelf-dev zlib1g-dev'
cache=${XDG_CACHE_HOME:-$HOME/.cache}/inquest
# The library that the addon of this machine links: both architectures get the same.
version=$(pkg-config --modversion libbpf)
folder=$cache/sysroot-$architecture-libbpf-$version
if [ ! -e "$folder/usr" ]; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT INT TERM
  # apt drops to a user of its own, who has to get in.
  chmod 755 "$work"
  mkdir -p "$work/lists/partial" "$work/archives/partial" "$work/root"
  cd "$work"
  foreign() {
    apt-get -o Dir::State="$work" -o Dir::State::status=/dev/null -o Dir::Cache="$work" -o APT::Architecture="$architecture" \
      -o APT::Architectures="$architecture" -o Acquire::Languages=none -o APT::Sandbox::User=root -q "$@" >>"$work/log" 2>&1
  }
  # One source without this architecture is no reason to stop: what is missing shows at the download.
  foreign update || true
  # Word splitting makes the list.
  # shellcheck disable=SC2086
  if ! foreign download $packages; then
    cat "$work/log" >&2
    echo "bundle: this machine's package sources have no $packages for $architecture" >&2
    exit 1
  fi
  for package in ./*.deb; do dpkg-deb -x "$package" root; done
  mkdir -p "$cache"
  rm -rf "$folder"
  mv root "$folder"
fi
echo "$folder"
