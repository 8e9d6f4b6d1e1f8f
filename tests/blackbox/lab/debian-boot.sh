# debian-boot.sh ROOT LAYERS UPPER ARCHIVES NAME INIT…: the namespaces of one Debian machine, run
# inside them. ROOT becomes /, put together from LAYERS and UPPER, with package files in ARCHIVES,
# and INIT its first process. Of the machine that this runs on, it can change nothing: no module,
# clock, or kernel setting outside its own network.
root=$1 layers=$2 upper=$3 archives=$4 name=$5
shift 5
mount --make-rprivate /
mkdir -p "$root" "$upper" "$upper.work" "$upper.archives" "$upper.archives.work"
mount -t overlay overlay -o "lowerdir=$layers,upperdir=$upper,workdir=$upper.work" "$root"
mount -t overlay overlay "$root/var/cache/apt/archives" \
    -o "lowerdir=$archives,upperdir=$upper.archives,workdir=$upper.archives.work"

# Before mounts of our own hide what the layers have there.
rm -f "$root/usr/sbin/policy-rc.d"  # services are to start
echo "$name" >"$root/etc/hostname"
printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$name" >"$root/etc/hosts"
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' >"$root/etc/resolv.conf"
hostname "$name"

mount -t proc proc "$root/proc"
for kind in default all; do echo 0 >"$root/proc/sys/net/ipv6/conf/$kind/disable_ipv6"; done
mount --bind "$root/proc/sys" "$root/proc/sys"
mount --bind "$root/proc/sys/net" "$root/proc/sys/net"
mount -o remount,bind,ro "$root/proc/sys"
mount -t sysfs -o ro sysfs "$root/sys"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for node in null zero full random urandom tty; do
    : >"$root/dev/$node"
    mount --bind "/dev/$node" "$root/dev/$node"
done
[ ! -e /proc/sysrq-trigger ] || mount --bind /dev/null "$root/proc/sysrq-trigger"
mkdir "$root/dev/pts" "$root/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
ln -s /proc/self/fd "$root/dev/fd"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"

if [ -d /sys/fs/cgroup/systemd ]; then
    mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
    mkdir "$root/sys/fs/cgroup/systemd" "$root/sys/fs/cgroup/unified"
    mount -t cgroup -o none,name=systemd cgroup "$root/sys/fs/cgroup/systemd"
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup/unified"
elif [ -e /sys/fs/cgroup/cgroup.procs ]; then
    mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
fi

ip link set lo up
cd "$root"
pivot_root . mnt
exec chroot . sh -eu -c 'umount -l /mnt; exec env -i container=lab HOME=/root \
    PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 setpriv --bounding-set \
    -sys_module,-sys_rawio,-sys_time,-sys_boot,-mac_admin,-mac_override,-syslog,-wake_alarm \
    "$@"' sh "$@"
