# host-setup.sh NAME FOLDER NSS-MODULE: furnishes the namespaces of one host, run inside them.
# What programs find in /etc is covered file by file in this mount namespace; the machine's own
# files stay as they are.
name=$1 folder=$2 module=$3

mount -t sysfs sysfs /sys
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/lock /run/dbus
hostname "$name"
for kind in default all; do echo 0 >/proc/sys/net/ipv6/conf/$kind/disable_ipv6; done
ip link set lo up

cover() {  # FILE in /etc, new content on standard input
    cat >"$folder/$1"
    target=$(readlink -m "/etc/$1")  # resolv.conf is a link into /run on some machines
    case $target in /run/*) mkdir -p "$(dirname "$target")" && : >"$target" ;; esac
    [ ! -e "$target" ] || mount --bind "$folder/$1" "$target"
}
printf '127.0.0.1 localhost\n::1 localhost\n127.0.1.1 %s\n' "$name" | cover hosts
printf 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n' | cover resolv.conf
{
    sed '/^hosts:/d' /etc/nsswitch.conf
    echo 'hosts: files avahid [NOTFOUND=return] dns'
} >"$folder/nsswitch.new"
cover nsswitch.conf <"$folder/nsswitch.new"

# avahi-daemon, which the tests run unpacked, wants its user and group to exist.
for file in passwd group; do
    {
        sed '/^avahi:/d' /etc/$file
        [ $file = passwd ] && echo 'avahi:x:64646:64646::/nonexistent:/usr/sbin/nologin' ||
            echo 'avahi:x:64646:'
    } >"$folder/$file.new"
    cover $file <"$folder/$file.new"
done

# The loader finds the module by its cache: the only way that holds for programs with file
# capabilities too, such as ping, for which LD_LIBRARY_PATH is ignored.
if [ -n "$module" ]; then
    mkdir /run/nss
    cp "$module" /run/nss/libnss_avahid.so.2
    cache=$(dirname "$folder")/ld.so.cache
    if [ ! -e "$cache" ]; then
        [ ! -d /var/cache/ldconfig ] || mount -t tmpfs tmpfs /var/cache/ldconfig
        /sbin/ldconfig -X -C "$cache.new" /run/nss
        mv "$cache.new" "$cache"
    fi
    mount --bind "$cache" /etc/ld.so.cache
fi
echo ready
exec sleep infinity
