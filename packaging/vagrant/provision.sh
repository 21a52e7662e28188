#!/usr/bin/env bash
# Makes a host of the pair of this machine: httpd, the package of lb-cluster, the names, the
# firewall, the watchdog. The cluster itself is made by lbctl. Run by `vagrant up` as root, after
# the packages of `npm run package` were put into /tmp; may be run again. Only `install_everything`
# depends on the distribution.
set -euo pipefail

fail() { printf 'provision: %s\n' "$*" >&2; exit 1; }
say() { printf 'provision: %s\n' "$*"; }

# Installs node, httpd and the package, opens the ports, and says where httpd is: sets `httpd_unit`
# and `httpd_include`, the folder of further configuration files.
install_everything() {
  if command -v dnf >/dev/null; then
    httpd_unit=httpd httpd_include=/etc/httpd/conf.d
    # Enterprise Linux 10 has no module streams; its nodejs is new enough.
    dnf -q -y module enable nodejs:22 2>/dev/null || true
    dnf -q -y install httpd nftables libndp firewalld /tmp/lb-cluster-*.noarch.rpm
    systemctl enable --now firewalld
    firewall-cmd --quiet --permanent --add-service=http --add-service=lb-cluster
    firewall-cmd --quiet --reload
  elif command -v apt-get >/dev/null; then
    httpd_unit=apache2 httpd_include=/etc/apache2/conf-enabled
    # No firewall is on in Debian's boxes. What is in the box already needs no network.
    export DEBIAN_FRONTEND=noninteractive
    if ! dpkg --install /tmp/lb-cluster_*_all.deb 2>/dev/null ||
      ! { command -v apache2 && command -v nft; } >/dev/null; then
      apt-get -q -y update
      apt-get -q -y --fix-broken --no-install-recommends install apache2 nftables \
        /tmp/lb-cluster_*_all.deb
    fi
  else
    fail "no dnf and no apt-get here: this knows Enterprise Linux and Debian"
  fi
}

install_everything
say "$(lbctl --version), node $(node --version)"

for line in "192.168.33.18 ip1" "192.168.33.19 ip2"; do
  # A name that also stands for a loopback address would make the agents talk to themselves.
  sed -i "/^127\..*[[:space:]]${line#* }\([[:space:]]\|$\)/d" /etc/hosts
  grep -qxF "$line" /etc/hosts || echo "$line" >>/etc/hosts
done

# The cluster alone starts httpd. It asks the status page; clients see which host answers.
systemctl disable --now "$httpd_unit.service" 2>/dev/null
cat >"$httpd_include/lb-status.conf" <<'CONF'
<Location "/server-status">
  SetHandler server-status
  Require local
</Location>
CONF
hostname >/var/www/html/index.html

# systemd as PID 1 feeds the machine's watchdog: a host whose kernel hangs is reset.
mkdir -p /etc/systemd/system.conf.d
printf '[Manager]\nRuntimeWatchdogSec=30\n' >/etc/systemd/system.conf.d/lb-watchdog.conf
systemctl daemon-reexec
if [ -e /dev/watchdog0 ]; then say "watchdog: /dev/watchdog0"; else say "no watchdog here"; fi
