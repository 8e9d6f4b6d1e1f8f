# zc::options is what every target of ours is built with; link it PRIVATE.
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()

find_program(AVAHID_CCACHE ccache)
if(AVAHID_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_C_COMPILER_LAUNCHER "${AVAHID_CCACHE}")
    set(CMAKE_CXX_COMPILER_LAUNCHER "${AVAHID_CCACHE}")
endif()

add_library(zc_options INTERFACE)
add_library(zc::options ALIAS zc_options)
target_compile_features(zc_options INTERFACE cxx_std_20 c_std_11)
target_include_directories(zc_options INTERFACE "${CMAKE_SOURCE_DIR}")
target_compile_options(zc_options INTERFACE -Wall -Wextra -Wpedantic -Wconversion -Wshadow
    -fstack-protector-strong)
if(AVAHID_WERROR)
    target_compile_options(zc_options INTERFACE -Werror)
endif()
if(AVAHID_SANITIZE)
    target_compile_options(zc_options INTERFACE -fsanitize=${AVAHID_SANITIZE}
        -fno-sanitize-recover=all -fno-omit-frame-pointer)
    target_link_options(zc_options INTERFACE -fsanitize=${AVAHID_SANITIZE})
elseif(CMAKE_BUILD_TYPE MATCHES "Rel")
    target_compile_options(zc_options INTERFACE -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3
        $<$<COMPILE_LANGUAGE:CXX>:-D_GLIBCXX_ASSERTIONS>)
    target_link_options(zc_options INTERFACE -Wl,-z,relro,-z,now,-z,noexecstack)
    include(CheckPIESupported)  # programs are as position independent as libraries, whatever the
    check_pie_supported()       # compiler does by itself
endif()

# zc_library(name SOURCES a.cpp … [LINK targets …]): a static library zc_<name>, alias zc::<name>.
# What its headers show goes to LINK (PUBLIC); what only its sources use goes to USE (PRIVATE).
function(zc_library name)
    cmake_parse_arguments(arg "" "" "SOURCES;LINK;USE" ${ARGN})
    add_library(zc_${name} STATIC ${arg_SOURCES})
    add_library(zc::${name} ALIAS zc_${name})
    target_include_directories(zc_${name} PUBLIC "${CMAKE_SOURCE_DIR}")
    target_link_libraries(zc_${name} PUBLIC ${arg_LINK} PRIVATE zc::options ${arg_USE})
endfunction()

# zc_test(name LABEL unit SOURCES a_test.cpp … LINK targets …): a GoogleTest program test_<name>,
# registered as one CTest test under its label.
function(zc_test name)
    cmake_parse_arguments(arg "" "LABEL;TIMEOUT" "SOURCES;LINK" ${ARGN})
    if(NOT arg_LABEL)
        set(arg_LABEL unit)
    endif()
    if(NOT arg_TIMEOUT)
        set(arg_TIMEOUT 120)
    endif()
    add_executable(test_${name} ${arg_SOURCES})
    target_link_libraries(test_${name} PRIVATE zc::options ${arg_LINK} GTest::gmock_main)
    add_test(NAME ${name} COMMAND test_${name} --gtest_brief=1)
    set_tests_properties(${name} PROPERTIES LABELS ${arg_LABEL} TIMEOUT ${arg_TIMEOUT})
endfunction()
