#!/bin/sh
# A whole cluster of one node in namespaces of its own: node.sh ROOT BIN, in a new mount and a new network namespace.
# Its files are where a node has them, as the manifests expect it, but lie below ROOT: nothing of the machine's is
# touched but its control groups. Says "ready" when all are started, and lasts until it is killed.
set -eu
root=$1 bin=$2
node=node-1 address=10.95.0.1 services=10.96.0.0/24
export PATH="$bin:$PATH:/usr/sbin:/sbin"

# Volumes that kubelet mounts have to reach the containers.
mount --make-rshared /
for path in /run /var/lib /var/log; do
  mkdir -p "$root/node$path"
  mount --bind "$root/node$path" "$path"
done
mkdir -p /run/containerd /run/netns /run/lock /var/log/pods /var/log/containers /var/lib/kubelet /var/lib/cni
# What a node's init mounts. The programs that the agent pins go with it.
mount -t bpf bpf /sys/fs/bpf
mountpoint -q /sys/kernel/tracing || mount -t tracefs tracefs /sys/kernel/tracing

ip link set lo up
# The first address of the services is the API server's own: it is reached without anybody who translates addresses.
ip address add 10.96.0.1/32 dev lo
ip link add node0 type bridge
ip address add "$address/24" dev node0
ip link set node0 up
ip route add default dev node0

start() {
  name=$1
  shift
  # Should whoever started this die, so does the node.
  setpriv --pdeathsig KILL "$@" >"$root/log/$name.log" 2>&1 &
}
await() {
  tries=0
  until "$@" >/dev/null 2>&1; do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ]; then
      echo "failed: $*" >&2
      exit 1
    fi
    sleep 0.2
  done
}
pki=$root/pki
api() { kubectl --kubeconfig "$root/admin.conf" "$@"; }

start containerd containerd --config "$root/containerd.toml" --log-level warn
start etcd etcd --data-dir "$root/etcd" --listen-client-urls http://127.0.0.1:2379 --advertise-client-urls http://127.0.0.1:2379 \
  --listen-peer-urls http://127.0.0.1:2380 --initial-advertise-peer-urls http://127.0.0.1:2380 --initial-cluster default=http://127.0.0.1:2380
start kube-apiserver kube-apiserver --etcd-servers http://127.0.0.1:2379 --bind-address 0.0.0.0 --secure-port 443 \
  --advertise-address "$address" --service-cluster-ip-range "$services" --allow-privileged --authorization-mode Node,RBAC \
  --feature-gates EphemeralContainers=true --enable-admission-plugins NodeRestriction --client-ca-file "$pki/ca.crt" \
  --tls-cert-file "$pki/apiserver.crt" --tls-private-key-file "$pki/apiserver.key" \
  --kubelet-client-certificate "$pki/admin.crt" --kubelet-client-key "$pki/admin.key" --kubelet-preferred-address-types InternalIP \
  --service-account-issuer https://kubernetes.default.svc --service-account-key-file "$pki/sa.pub" \
  --service-account-signing-key-file "$pki/sa.key"
await api get --raw /readyz
start kube-controller-manager kube-controller-manager --kubeconfig "$root/admin.conf" --leader-elect=false \
  --use-service-account-credentials --service-account-private-key-file "$pki/sa.key" --root-ca-file "$pki/ca.crt" \
  --cluster-signing-cert-file "$pki/ca.crt" --cluster-signing-key-file "$pki/ca.key" --pod-eviction-timeout 5s
start kube-scheduler kube-scheduler --kubeconfig "$root/admin.conf" --leader-elect=false
await ctr version
start kubelet kubelet --config "$root/kubelet.yaml" --kubeconfig "$root/kubelet.conf" --hostname-override "$node" --node-ip "$address" \
  --container-runtime remote --container-runtime-endpoint unix:///run/containerd/containerd.sock --root-dir /var/lib/kubelet
await api get node "$node"
await api wait --for=condition=Ready --timeout=5s "node/$node"
await api get serviceaccount default
echo ready
exec sleep infinity
