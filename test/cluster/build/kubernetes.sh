#!/bin/sh
# Builds the programs of a Kubernetes node from Debian's source package, in a Debian of their own, whatever this machine
# is: kubernetes.sh SUITE MIRROR OUT writes OUT/bin/* and OUT/base.tar, the bare Debian as a container's image would
# have it. Takes some fifteen minutes on two processors, once. Needs root; runs in mounts of its own.
set -eu
suite=$1 mirror=$2 out=$3
if [ "${INQUEST_UNSHARED-}" != 1 ]; then
  INQUEST_UNSHARED=1 exec unshare --mount --fork --kill-child "$(cd "$(dirname "$0")" && pwd)/kubernetes.sh" "$suite" "$mirror" "$out"
fi
debs=${XDG_CACHE_HOME:-$HOME/.cache}/inquest/kernels/debs
root=$out.root
rm -rf "$root" "$out"
mkdir -p "$out/bin" "$debs"
debootstrap --variant=minbase --cache-dir="$debs" "$suite" "$root" "$mirror"
tar -C "$root" --exclude='./dev/*' --exclude='./proc/*' --exclude='./var/cache/apt/archives/*' --exclude='./var/lib/apt/lists/*' -cf "$out/base.tar" .

mount -t proc proc "$root/proc"
mount --bind "$debs" "$root/var/cache/apt/archives"
inside() {
  chroot "$root" env DEBIAN_FRONTEND=noninteractive LC_ALL=C HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin "$@"
}
printf 'deb %s %s main\ndeb-src %s %s main\n' "$mirror" "$suite" "$mirror" "$suite" >"$root/etc/apt/sources.list"
echo 'Acquire::Check-Valid-Until "false"; APT::Sandbox::User "root";' >"$root/etc/apt/apt.conf.d/90inquest"
inside apt-get update -q
inside apt-get install -q -y --no-install-recommends -o Dpkg::Options::=--force-unsafe-io -o APT::Keep-Downloaded-Packages=true golang-go
inside sh -c 'cd /root && apt-get source -q --download-only kubernetes'

# The packages are vendored with the source; as it is of before modules were a must, it is built in a workspace.
inside sh -euc '
  src=/root/go/src/k8s.io/kubernetes
  mkdir -p "$src"
  tar -xf /root/kubernetes_*.orig.tar.gz --strip-components=1 -C "$src"
  cd "$src"
  export GOPATH=/root/go GO111MODULE=off CGO_ENABLED=0
  version=$(basename /root/kubernetes_*.orig.tar.gz .orig.tar.gz | sed "s/^kubernetes_//; s/.*+really//")
  # What the API looks like is written by a generator, which its makefiles would run.
  go build -o /root/openapi-gen ./vendor/k8s.io/kube-openapi/cmd/openapi-gen
  packages=$(grep -Rl "+k8s:openapi-gen=" --include="*.go" pkg vendor/k8s.io \
    | grep -v -e code-generator -e sample-apiserver -e testdata -e kube-openapi \
    | xargs -n 1 dirname | LC_ALL=C sort -u | sed "s#^#k8s.io/kubernetes/#" | paste -sd ,)
  /root/openapi-gen --logtostderr -i "$packages" -p k8s.io/kubernetes/pkg/generated/openapi -O zz_generated.openapi \
    -h hack/boilerplate/boilerplate.generatego.txt -r /root/violations
  at=k8s.io/kubernetes/vendor/k8s.io
  flags="-s -w"
  for package in component-base/version client-go/pkg/version; do
    flags="$flags -X $at/$package.gitVersion=v$version -X $at/$package.gitMajor=1 -X $at/$package.gitMinor=$(echo "$version" | cut -d . -f 2)"
  done
  for program in kube-apiserver kube-controller-manager kube-scheduler kubelet kubectl; do
    go build -ldflags "$flags" -o "/root/bin/$program" "./cmd/$program"
  done
'
umount "$root/var/cache/apt/archives" "$root/proc"
mv "$root"/root/bin/* "$out/bin/"
rm -rf "$root"
