/**
 * PID 1 of a namespace set, for bash. It reaps whatever ends under it (bash does so while it waits
 * in `read`) and ends when the lab's process ends, because the pipe to its standard input closes
 * then; the kernel kills everything else in the pid namespace. So a lab cannot outlive its process
 * however that ends, except with LAB_KEEP=1.
 */
const TAIL = `
echo "ready $pid"
if [ "$LAB_KEEP" = 1 ]; then
  exec </dev/null >/dev/null 2>&1
  sleep infinity &
  while :; do wait; done
fi
while read -r _; do :; done
exit 0
`;

/** For namespaces that share the machine's files: the switch and the client. */
export const PLAIN_INIT_SCRIPT = `
set -eu
read -r pid _ </proc/self/stat # The outer pid: this /proc belongs to the outer namespace.
${TAIL}`;

/**
 * For a host. Its folder LAB_FOLDER holds etc/ and var/, which stay over a crash; /run and /tmp are
 * new at each boot. etc/ has only what differs from the machine's, laid over it; where the kernel
 * refuses that (the folder is on an overlay itself), the rest is copied into it once. Paths of
 * LAB_VISIBLE that lie below a replaced folder (the checkout, node) are bound into the replacement.
 * The replacements are made aside and moved into place at the end, in the order of LAB_REPLACED,
 * where the one that holds LAB_FOLDER itself comes last.
 */
export const HOST_INIT_SCRIPT = `
set -eu
read -r pid _ </proc/self/stat
echo "$LAB_NAME" >/proc/sys/kernel/hostname
cd "$LAB_FOLDER"
mkdir -p live/etc live/var live/run live/tmp live/cgroup work
if mount -n -t overlay -o "lowerdir=/etc,upperdir=$PWD/etc,workdir=$PWD/work" lab live/etc; then
  if [ -d /etc/lb-cluster ] && [ ! -e etc/lb-cluster ]; then rm -rf live/etc/lb-cluster; fi
else
  if [ ! -e copied ]; then cp -an /etc/. etc/ || true; rm -rf etc/lb-cluster; touch copied; fi
  mount -n --bind etc live/etc
fi
mount -n --bind var live/var
mount -n -t tmpfs -o mode=755,size=64m tmpfs live/run
mount -n -t tmpfs -o mode=1777,size=256m tmpfs live/tmp
mkdir -p live/run/lock live/run/httpd live/run/apache2
IFS=:
for path in $LAB_VISIBLE; do
  case "$path" in
    /etc/*|/var/*|/run/*|/tmp/*) mkdir -p "live$path"; mount -n --rbind "$path" "live$path" ;;
  esac
done
mount -n --rbind /sys/fs/cgroup live/cgroup
mount -n -t sysfs sysfs /sys # Anew, so that /sys/class/net shows this host's links.
mount -n --rbind live/cgroup /sys/fs/cgroup || true
mount -n -t tmpfs -o mode=1777 tmpfs /dev/shm
for path in $LAB_REPLACED; do
  mount -n --no-canonicalize --move "live/$path" "/$path"
done
unset IFS
cd /
mount -n -t proc proc /proc
${TAIL}`;
