"""avahi-daemon and avahid in hosts whose /etc is their own: both read /etc/avahi there."""
import pathlib

from . import peers
from .peers import AvahiDaemon


def own_etc(host):
    """A copy of /etc over /etc, in this host only, with empty folders for Avahi's files."""
    host.run("sh", "-euc", """
        mkdir /run/etc
        cp -a /etc/. /run/etc 2>/dev/null || true
        rm -rf /run/etc/avahi /run/etc/avahid
        mkdir -p /run/etc/avahi/services
        mount --bind /run/etc /etc""")
    return pathlib.Path(host.path("/etc/avahi"))


def start_avahi(host):
    own_etc(host)
    return AvahiDaemon(host)


def program(name):
    """One of Debian's, unpacked, with what it needs in its environment."""
    lib = next(peers._UNPACKED.glob("usr/lib/*/libavahi-common.so.3"))
    return peers._UNPACKED / name, {"LD_LIBRARY_PATH": str(lib.parent)}
