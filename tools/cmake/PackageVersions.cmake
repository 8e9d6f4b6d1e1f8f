# Read by cpack for each run: the versions of the packages we take the place of, as the archive has
# them now. Other packages of the same source ask for exactly these.
function(archive_version package fallback variable)
    set(ENV{LC_ALL} C)
    execute_process(COMMAND apt-cache policy ${package}
        OUTPUT_VARIABLE policy ERROR_QUIET RESULT_VARIABLE failed)
    set(version "${fallback}")
    if(failed STREQUAL "0" AND policy MATCHES "Candidate: ([0-9][^ \n]*)")
        set(version "${CMAKE_MATCH_1}")
    endif()
    set(${variable} "${version}" PARENT_SCOPE)
endfunction()

archive_version(avahi-daemon 0.8-10+deb12u1 avahi_daemon)
archive_version(avahi-autoipd "${avahi_daemon}" avahi_autoipd)
archive_version(libnss-mdns 0.15.1-3 libnss_mdns)
set(CPACK_DEBIAN_AVAHID_PACKAGE_PROVIDES
    "avahi-daemon (= ${avahi_daemon}), avahi-autoipd (= ${avahi_autoipd})")
set(CPACK_DEBIAN_NSS_PACKAGE_PROVIDES "libnss-mdns (= ${libnss_mdns})")

# Else it would be the first line of each package's description.
unset(CPACK_PACKAGE_DESCRIPTION_SUMMARY)
