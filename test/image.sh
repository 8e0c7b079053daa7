#!/usr/bin/env bash
# Builds the container image for this machine and proves it with buildah alone: no daemon, no registry. Needs root,
# buildah, iproute2 and curl.
set -euo pipefail
cd "$(dirname "$0")/.."

arch=$(go env GOARCH)
ns=mapid-image-$$
buildah() { command buildah --storage-driver vfs "$@"; }
container='' mounted=''

fail() {
  echo "image-test: $*" >&2
  exit 1
}
# stop ends every process of our namespace and waits until the last one is gone.
stop() {
  ip netns pids "$ns" 2>/dev/null | xargs -r kill
  wait
}
tidy() {
  stop
  [ -z "$mounted" ] || umount -R "$mounted" 2>/dev/null || true
  [ -z "$container" ] || buildah rm "$container" >/dev/null
  ip netns del "$ns" 2>/dev/null || true
}
trap tidy EXIT

make image IMAGE_ARCHS="$arch" IMAGE=mapid:test
container=$(buildah from "localhost/mapid:test-$arch")
root=$(buildah mount "$container")

echo "== what is in it"
size=$(du -sm "$root" | cut -f1)
echo "$size MB"
[ "$size" -lt 30 ] || fail "the image has $size MB, under 30 are promised"
files=$(cd "$root" && find . -type f ! -path './data/.keep' ! -path './etc/*' ! -path './run/*' | sort | tr '\n' ' ')
[ "$files" = "./mapid " ] || fail "there is more in it than the binary: $files"
if ldd "$root/mapid" >/dev/null 2>&1; then fail "the binary is not static"; fi

echo "== what it says of itself"
config=$(buildah inspect --type image --format '{{json .Docker.config}}' "localhost/mapid:test-$arch" 2>/dev/null ||
  buildah inspect --type image "localhost/mapid:test-$arch")
grep -q '65532:65532' <<<"$config" || fail "it does not run as 65532"
tr -d ' \n' <<<"$config" | grep -q '"Test":\["CMD","/mapid","healthz"\]' || fail "no health check in exec form"

echo "== run by buildah"
ip netns add "$ns"
ip -n "$ns" link set lo up
in_ns() { ip netns exec "$ns" "$@"; }
# buildah run does not use the entry point.
in_ns buildah --storage-driver vfs run --isolation chroot --user 65532:65532 "$container" -- /mapid serve >/tmp/$ns.log 2>&1 &
for _ in $(seq 100); do
  if in_ns buildah --storage-driver vfs run --isolation chroot --user 65532:65532 "$container" -- /mapid healthz >/dev/null 2>&1; then
    healthy=yes
    break
  fi
done
[ "${healthy:-}" = yes ] || fail "it does not become healthy: $(cat /tmp/$ns.log)"
in_ns buildah --storage-driver vfs run --isolation chroot --user 65532:65532 "$container" -- /mapid healthz --deep
head -1 /tmp/$ns.log
stop

echo "== read-only root, fresh volume, mounted seed, settings by environment, ready within a second"
mkdir -p "$root/seed"
cp docker/seed/seed.yaml "$root/seed/"
mounted=$root
mount --bind "$root" "$root"
mount -o remount,ro,bind "$root"
mount -t tmpfs -o mode=700,uid=65532,gid=65532 tmpfs "$root/data"
begin=$(date +%s%N)
run() {
  in_ns env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin MAPID_DATA=/data MAPID_LISTEN_ADDRESS=:: MAPID_LISTEN_EMSMDB=59532 MAPID_LISTEN_NSPI=59533 MAPID_ADMIN_ADDRESS=:: \
    MAPID_SEED=/seed/seed.yaml MAPID_SERVER_NAME=LAB07 MAPID_SERVER_FQDN=lab07.mapid.test MAPID_RPC_ENCRYPTION_REQUIRED=true \
    chroot --userspec=65532:65532 "$root" /mapid "$@"
}
run serve >/tmp/$ns.log 2>&1 &
until in_ns curl -fs http://127.0.0.1:8135/readyz >/dev/null; do
  [ $(($(date +%s%N) - begin)) -lt 10000000000 ] || fail "not ready after 10 s: $(cat /tmp/$ns.log)"
done
took=$((($(date +%s%N) - begin) / 1000000))
echo "ready after $took ms"
[ "$took" -lt 1000 ] || fail "ready after $took ms, a second is promised"
for file in mapid.db admin.token addresses.json; do
  [ "$(stat -c '%a %u' "$root/data/$file")" = "600 65532" ] || fail "$file is not for its owner alone"
done
users=$(run user list)
grep -q alice <<<"$users" && ! grep -q carol <<<"$users" || fail "the mounted seed was not used: $users"
grep -q '"name": "LAB07"' "$root/data/addresses.json" || fail "MAPID_SERVER_NAME has no effect"
run rpcclientaccess get --json | tr -d ' ' | grep -q '"encryption_required":true' || fail "MAPID_RPC_ENCRYPTION_REQUIRED has no effect"
run healthz --deep
echo "image-test: all good"
