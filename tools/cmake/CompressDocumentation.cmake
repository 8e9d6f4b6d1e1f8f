# Run by cpack before it makes the packages: Debian's rules have manual pages and changelogs
# compressed, without the time in the archive.
set(staged "${CPACK_TEMPORARY_INSTALL_DIRECTORY}")
file(GLOB pages "${staged}/*/usr/share/man/man*/*" "${staged}/*/usr/share/doc/*/changelog")
foreach(page IN LISTS pages)
    if(NOT page MATCHES "\\.gz$")
        execute_process(COMMAND gzip -9nf "${page}" COMMAND_ERROR_IS_FATAL ANY)
    endif()
endforeach()
