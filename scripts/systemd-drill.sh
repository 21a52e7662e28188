#!/usr/bin/env bash
# Runs the product under systemd on two hosts (systemd-nspawn containers with systemd as PID 1) and
# measures what a client sees when the unit is killed, stopped, restarted, or its host goes.
# Usage: scripts/systemd-drill.sh [--installed] [--base DIR] [--form warm] [--runs N] [--verbose]
#   [CASE]...
#        scripts/systemd-drill.sh [--base DIR] --documents [FILE]...
#   --installed the hosts are bare Debian, and install the package themselves: the guide, failures,
#               upgrades, removal; ends with `N passed, N failed`. Without it the package's files lie
#               over a base that has what they need.
#   --base DIR  the hosts' base tree; built there when it is missing, and kept. Without it the tree
#               is built for this run (a minute) and removed. --installed has one of its own.
#   --form warm httpd runs on both hosts, and the address alone moves.
#   --documents runs the commands of the documents for operators as they are printed
# Debian only, as root. Exit 0: all as promised, 1: not, 2: could not run, 130: interrupted.
# All runs in network, mount and process namespaces of its own: what is left when they end is the
# work folder and the hosts' control groups, and both are removed.
set -euo pipefail
cd "$(dirname "$(readlink -f "$0")")/.."
suite=bookworm
packages=systemd,systemd-sysv,dbus,iproute2,iputils-arping,apache2,procps,nftables

fail() { printf 'systemd-drill: %s\n' "$*" >&2; exit 2; }
say() { printf 'systemd-drill: %s\n' "$*"; }

base=
installed=no
main=test/systemd/main.ts
arguments=()
while [ $# -gt 0 ]; do
  case $1 in
    --base) base=${2:?--base needs a folder}; shift ;;
    --installed) installed=yes ;;
    --documents) main=test/systemd/documents-main.ts ;;
    --help | -h) sed -n '2,17s/^# \{0,1\}//p' "$0"; exit 0 ;;
    *) arguments+=("$1") ;;
  esac
  shift
done
[ "$(id -u)" -eq 0 ] || fail "must be run as root"
command -v apt-get >/dev/null || fail "needs Debian's mmdebstrap and systemd-container"

work=$(mktemp -d "${TMPDIR:-/tmp}/lb-systemd-drill.XXXXXX")
group=lb-systemd-drill-$$
child=
# Killing the head of the namespaces kills all that is in them, and their mounts go with them.
cleanup() {
  trap '' INT TERM
  if [ -n "$child" ]; then
    kill -KILL "$child" 2>/dev/null || true
    wait "$child" 2>/dev/null || true
  fi
  local tries folder
  for tries in 1 2 3 4 5 6 7 8 9 10; do
    for folder in /sys/fs/cgroup/systemd/"$group"-* /sys/fs/cgroup/unified/"$group"-*; do
      [ ! -d "$folder" ] || find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null || true
    done
    if ! compgen -G "/sys/fs/cgroup/*/$group-*" >/dev/null; then break; fi
    sleep 0.2
  done
  rm -rf "$work"
}
trap cleanup EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

missing=()
command -v mmdebstrap >/dev/null || missing+=(mmdebstrap)
command -v systemd-nspawn >/dev/null || missing+=(systemd-container)
if [ "${#missing[@]}" -gt 0 ]; then
  say "installing ${missing[*]}"
  { apt-get -q update && apt-get -q -y install --no-install-recommends "${missing[@]}"; } \
    >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; fail "could not install ${missing[*]}"; }
fi

if [ -z "$base" ]; then base=$work/base; fi
options=()
if [ "$installed" = yes ]; then
  # The first Debian with a Node.js that the package takes. Of what the package needs nothing is in
  # the base but in the cache of apt: hosts have no network.
  suite=trixie
  packages=systemd,systemd-sysv,dbus,iproute2,procps,apache2
  needed=$(sed -n 's/^\(Depends\|Recommends\): //p' packaging/deb/control |
    sed 's/([^)]*)//g; s/,/ /g' | tr '\n' ' ')
  hook="chroot \"\$1\" sh -c 'apt-get clean && apt-get -q -y --download-only \
    -o APT::Install-Recommends=true install $needed'"
  options=(--skip=cleanup/apt "--customize-hook=$hook")
fi
if [ ! -e "$base/usr/sbin/apache2" ]; then
  say "building the base tree ($suite) in $base"
  mkdir -p "$base"
  mmdebstrap --quiet --variant=minbase ${options[@]+"${options[@]}"} --include="$packages" \
    "$suite" "$base" >"$work/log" 2>&1 || { tail -n 20 "$work/log" >&2; fail "mmdebstrap failed"; }
fi

# Makes packages/lb-cluster_VERSION-1_all.deb of these sources with another version, and other
# versions of the protocol: package_as VERSION OLDEST NEWEST.
package_as() {
  local tree=$work/sources-$1
  mkdir "$tree"
  tar -c --exclude=./node_modules --exclude=./dist --exclude=./dist.new --exclude=./packages \
    --exclude=./.git --exclude=./.vagrant . | tar -x -C "$tree"
  cp -al node_modules "$tree/" 2>/dev/null || cp -a node_modules "$tree/"
  (
    cd "$tree"
    sed -i "s/\(\"version\": \)\"$version\"/\1\"$1\"/" package.json
    sed -i "s/\(RELEASE = \)\"$version\"/\1\"$1\"/" agent/core/model/release.ts
    sed -i "s/^\(Version: *\)$version/\1$1/" packaging/rpm/lb-cluster.spec
    sed -i "s/^\(lb-cluster (\)$version-/\1$1-/" packaging/deb/changelog
    sed -i "s/oldest: [0-9]*, newest: [0-9]* }/oldest: $2, newest: $3 }/" agent/wire/seal.ts
    bash scripts/package.sh --output "$work/packages" deb
  )
  rm -rf "$tree"
}

layer=$work/layer
if [ "$installed" = yes ]; then
  version=$(node -p 'require("./package.json").version')
  minor=${version#*.}
  next=${version%%.*}.$((${minor%%.*} + 1)).0
  # These packages are thrown away, so that their time may be any.
  SOURCE_DATE_EPOCH=${SOURCE_DATE_EPOCH:-$(date +%s)}
  export SOURCE_DATE_EPOCH
  read -r oldest newest < <(sed -n 's/.*oldest: \([0-9]*\), newest: \([0-9]*\) }.*/\1 \2/p' \
    agent/wire/seal.ts)
  bash scripts/package.sh --output "$work/packages" deb
  package_as "$next" "$oldest" "$((newest + 1))"
  # Gives up what this release speaks.
  package_as "$((${version%%.*} + 1)).0.0" "$((newest + 1))" "$((newest + 1))"
  arguments+=(--packages "$work/packages")
else
  bash scripts/setup.sh sim >/dev/null
  node --import=tsx scripts/build.mjs
  # What the package installs, laid over the base as a layer of its own.
  node --import=tsx packaging/generate/main.ts "$work/generated" "$(date -u +%Y-%m-%d)"
  node scripts/stage-package.mjs deb "$layer" "$work/generated"
  mv "$layer/usr/lib/lb-cluster" "$work/programs"
  mkdir -p "$layer/usr/lib/lb-cluster"
  arguments+=(--programs "$work/programs")
fi
mkdir -p "$layer/etc/systemd/system/multi-user.target.wants"
# The cluster alone starts httpd.
ln -s /dev/null "$layer/etc/systemd/system/apache2.service"
# The address of the host, by nobody who would remove other addresses from the link.
cat >"$layer/etc/systemd/system/lab-network.service" <<'UNIT'
[Unit]
DefaultDependencies=no
Before=network-online.target network.target
After=systemd-tmpfiles-setup.service
[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'ip addr add "$(cat /etc/lab-address)" dev eth0 && ip link set eth0 up'
UNIT
ln -s ../lab-network.service "$layer/etc/systemd/system/multi-user.target.wants/"
chmod -R u=rwX,go=rX "$layer"

unshare --net --mount --pid --fork --kill-child --mount-proc \
  bash -c 'node --import=tsx "$0" "$@"; exit $?' "$main" \
  --base "$layer:$base" --work "$work" --group "$group" \
  ${arguments[@]+"${arguments[@]}"} &
child=$!
status=0
wait "$child" || status=$?
exit "$status"
