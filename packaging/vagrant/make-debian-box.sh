#!/usr/bin/env bash
# Makes a Vagrant box of Debian 13 for the provider libvirt from Debian's packages, for machines
# that have no processor support for virtual machines: its own Vagrantfile asks for emulation and
# boots the kernel directly. `npm run test:vagrant` uses it; for everything else take a real box.
# Usage: packaging/vagrant/make-debian-box.sh FILE; as root, needs mmdebstrap, mke2fs and qemu-img.
# What the hosts need (node, httpd) is in it, so that they need no network of their own.
set -euo pipefail
suite=trixie
packages=systemd,systemd-sysv,dbus,udev,kmod,procps,iproute2,iputils-arping,iputils-ping
packages+=,openssh-server,sudo,linux-image-amd64,initramfs-tools,zstd,nodejs,apache2,nftables
disk_size=4G

fail() { printf 'make-debian-box: %s\n' "$*" >&2; exit 1; }

box=${1:?usage: make-debian-box.sh FILE}
box=$(readlink -f "$box")
[ "$(id -u)" -eq 0 ] || fail "must be run as root"
key=$(dpkg -L vagrant 2>/dev/null | grep '/keys/vagrant\.pub$') ||
  fail "needs the public key that comes with Debian's package vagrant"

work=$(mktemp -d "${TMPDIR:-/tmp}/lb-debian-box.XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 130' INT
trap 'exit 143' TERM
root=$work/root

# Drivers of hardware that no emulated machine has would be four fifths of the disk.
unwanted=(drivers/{gpu,media,infiniband,iio,staging,isdn,comedi,bluetooth,usb,scsi,ata,mtd,hid}
  drivers/{input,video,hwmon,thunderbolt,net/ethernet,net/wireless,net/usb,net/can}
  sound fs/{btrfs,xfs,ocfs2,gfs2,nfs,nfsd,smb,ceph,bcachefs,f2fs} net/{wireless,mac80211,bluetooth})
options=()
for path in "${unwanted[@]}"; do
  options+=("--dpkgopt=path-exclude=/usr/lib/modules/*/kernel/$path/*")
done
for path in doc man locale info; do options+=("--dpkgopt=path-exclude=/usr/share/$path/*"); done
mmdebstrap --quiet --variant=minbase --include="$packages" "${options[@]}" \
  --essential-hook='mkdir -p "$1/etc/initramfs-tools/conf.d"' \
  --essential-hook='echo MODULES=list >"$1/etc/initramfs-tools/conf.d/box"' \
  --essential-hook='printf "%s\n" virtio_pci virtio_blk virtio_net ext4 i6300esb \
    >"$1/etc/initramfs-tools/modules"' \
  "$suite" "$root"

cp -L "$root/vmlinuz" "$work/vmlinuz"
cp -L "$root/initrd.img" "$work/initrd.img"
rm -rf "$root"/boot/* "$root"/var/cache/apt/* "$root"/var/lib/apt/lists/*
: >"$root/etc/machine-id" # Each host makes its own at its first boot.
rm -f "$root/var/lib/dbus/machine-id" "$root/etc/hostname"
echo "127.0.0.1 localhost" >"$root/etc/hosts"
chroot "$root" useradd --create-home --shell /bin/bash vagrant
install -d -m 700 "$root/home/vagrant/.ssh"
install -m 600 "$key" "$root/home/vagrant/.ssh/authorized_keys"
chroot "$root" chown -R vagrant:vagrant /home/vagrant/.ssh
echo 'vagrant ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/vagrant"
chmod 440 "$root/etc/sudoers.d/vagrant"
echo 'UseDNS no' >"$root/etc/ssh/sshd_config.d/box.conf"
printf '[Match]\nName=eth0\n[Network]\nDHCP=ipv4\n[DHCPv4]\nClientIdentifier=mac\n' \
  >"$root/etc/systemd/network/20-eth0.network"
systemctl --root="$root" --quiet enable systemd-networkd ssh
systemctl --root="$root" --quiet disable apache2
systemctl --root="$root" --quiet mask apt-daily.timer apt-daily-upgrade.timer e2scrub_all.timer \
  systemd-networkd-wait-online.service

truncate -s "$disk_size" "$work/disk.raw"
mke2fs -q -t ext4 -d "$root" "$work/disk.raw"
qemu-img convert -c -o compression_type=zstd -O qcow2 "$work/disk.raw" "$work/box.img"
rm -f "$work/disk.raw"
printf '{"provider": "libvirt", "format": "qcow2", "virtual_size": %d}\n' "${disk_size%G}" \
  >"$work/metadata.json"
cat >"$work/Vagrantfile" <<'VAGRANTFILE'
Vagrant.configure("2") do |config|
  config.ssh.insert_key = false
  config.vm.boot_timeout = 900
  config.vm.provider "libvirt" do |libvirt|
    libvirt.driver = "qemu"
    libvirt.cpu_mode = "custom"
    libvirt.cpu_model = "qemu64"
    libvirt.kernel = "#{__dir__}/vmlinuz"
    libvirt.initrd = "#{__dir__}/initrd.img"
    libvirt.cmd_line = "root=/dev/vda rw net.ifnames=0 console=ttyS0 quiet"
    libvirt.graphics_type = "none"
    libvirt.video_type = "none"
  end
end
VAGRANTFILE
tar --directory "$work" --create --file "$box" metadata.json Vagrantfile vmlinuz initrd.img box.img
