# `cpack -G DEB`: three Debian packages, each one component of the installation. Their maintainer
# scripts are in tools/debian; tools/dev/package builds them from a clean state.
set(AVAHID_MAINTAINER "avahid maintainers <maintainers@avahid.example>" CACHE STRING
    "Maintainer of the packages: name and address")
set(debian "${CMAKE_SOURCE_DIR}/tools/debian")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME avahid)
set(CPACK_PACKAGE_VERSION "${PROJECT_VERSION}")
set(CPACK_PACKAGE_CONTACT "${AVAHID_MAINTAINER}")
set(CPACK_COMPONENTS_ALL avahid nss tools)  # CMAKE_INSTALL_DEFAULT_COMPONENT_NAME, COMPONENT
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_STRIP_FILES ON)
# Configuration and units have places of their own outside the prefix.
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_PROJECT_CONFIG_FILE "${CMAKE_SOURCE_DIR}/tools/cmake/PackageVersions.cmake")
set(CPACK_PRE_BUILD_SCRIPTS "${CMAKE_SOURCE_DIR}/tools/cmake/CompressDocumentation.cmake")

set(CPACK_DEBIAN_AVAHID_PACKAGE_NAME avahid)
# CPack has no variable for Multi-Arch, but lets a value go on on the next line.
set(CPACK_DEBIAN_AVAHID_PACKAGE_SECTION "net\nMulti-Arch: foreign")
set(CPACK_COMPONENT_AVAHID_DESCRIPTION
"Zeroconf daemon: IPv4 link-local addresses, mDNS and DNS-SD
avahid makes a machine work on a network that nobody administers. It gives
every interface that gets no address otherwise one of its own (IPv4LL,
RFC 3927), answers for the host name under .local (multicast DNS, RFC 6762)
and publishes and finds services (DNS-SD, RFC 6763).

It takes the place of avahi-daemon and avahi-autoipd: programs written for
them find the same D-Bus and socket interfaces, and the same service files.")
set(CPACK_DEBIAN_AVAHID_PACKAGE_DEPENDS
    "systemd | systemd-standalone-sysusers, default-dbus-system-bus | dbus-system-bus")
set(CPACK_DEBIAN_AVAHID_PACKAGE_RECOMMENDS "libnss-avahid, avahid-tools")
set(CPACK_DEBIAN_AVAHID_PACKAGE_CONFLICTS "avahi-daemon, avahi-autoipd")
set(CPACK_DEBIAN_AVAHID_PACKAGE_REPLACES "avahi-daemon, avahi-autoipd")
set(CPACK_DEBIAN_AVAHID_PACKAGE_CONTROL_EXTRA
    "${debian}/avahid/postinst;${debian}/avahid/prerm;${debian}/avahid/postrm"
    "${debian}/avahid/conffiles;${debian}/avahid/triggers")

set(CPACK_DEBIAN_NSS_PACKAGE_NAME libnss-avahid)
set(CPACK_DEBIAN_NSS_PACKAGE_SECTION "admin\nMulti-Arch: same")
set(CPACK_COMPONENT_NSS_DESCRIPTION
"name service module for names under .local
With this module of the GNU C Library every program that looks up host names
finds those of the link (multicast DNS), without knowing of them: ping
printer.local. It asks avahid, which should run on the same machine.

Installing it adds an entry to /etc/nsswitch.conf, removing it takes the entry
out again. It takes the place of libnss-mdns.")
set(CPACK_DEBIAN_NSS_PACKAGE_RECOMMENDS avahid)
set(CPACK_DEBIAN_NSS_PACKAGE_CONFLICTS libnss-mdns)
set(CPACK_DEBIAN_NSS_PACKAGE_REPLACES libnss-mdns)
set(CPACK_DEBIAN_NSS_PACKAGE_CONTROL_EXTRA
    "${debian}/libnss-avahid/preinst;${debian}/libnss-avahid/postinst"
    "${debian}/libnss-avahid/postrm;${debian}/libnss-avahid/triggers")

set(CPACK_DEBIAN_TOOLS_PACKAGE_NAME avahid-tools)
set(CPACK_DEBIAN_TOOLS_PACKAGE_SECTION "net\nMulti-Arch: foreign")
set(CPACK_COMPONENT_TOOLS_DESCRIPTION
"command line for the Zeroconf daemon avahid
avahictl browses, resolves, queries and publishes services and names on the
link, shows what the daemon does and knows, and tells why something does not
work.")
set(CPACK_DEBIAN_TOOLS_PACKAGE_RECOMMENDS avahid)

include(CPack)

# Files that only packages have.
configure_file("${debian}/changelog.in" "${CMAKE_BINARY_DIR}/changelog" @ONLY)
foreach(package avahid:avahid nss:libnss-avahid tools:avahid-tools)
    string(REPLACE ":" ";" package "${package}")
    list(GET package 0 component)
    list(GET package 1 name)
    install(FILES "${debian}/copyright" "${CMAKE_BINARY_DIR}/changelog"
        DESTINATION "share/doc/${name}" COMPONENT ${component} EXCLUDE_FROM_ALL)
endforeach()
