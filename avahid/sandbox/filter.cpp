#include "avahid/sandbox/filter.hpp"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <sstream>

// Linux 5.17: names of anonymous memory, which newer C libraries give.
#ifndef PR_SET_VMA
#define PR_SET_VMA 0x53564d41
#endif

// g++ and clang say it differently.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define AVAHID_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define AVAHID_SANITIZED 1
#endif
#endif

namespace avahid::sandbox {
namespace {

#ifdef AVAHID_SANITIZED
constexpr bool sanitized = true;
#else
constexpr bool sanitized = false;
#endif

// Of <linux/sched.h>; <sched.h> has it only among other things.
constexpr scmp_datum_t clone_thread = 0x00010000;
#if defined(__s390__)
constexpr unsigned clone_flags = 1;  // which argument they are
#else
constexpr unsigned clone_flags = 0;
#endif

constexpr scmp_datum_t type_mask = 0xF;  // the rest of a socket's type are flags

}  // namespace

Filter::Filter(bool may_load) : context_(seccomp_init(SCMP_ACT_ERRNO(ENOSYS))) {
    if (!context_) {
        error_ = ENOMEM;
        return;
    }
    // Calls of another architecture (32-bit ones on a 64-bit machine) pass by the list.
    seccomp_attr_set(context_.get(), SCMP_FLTATR_ACT_BADARCH, SCMP_ACT_KILL_PROCESS);
    // Kernels before 5.16 slow a filtered process down for the sake of what runs foreign code in
    // it; nothing does here.
    seccomp_attr_set(context_.get(), SCMP_FLTATR_CTL_SSB, 1);
    allow_base(may_load);
    if (sanitized) allow_sanitizers();
    kill_intruders();
}

void Filter::add(std::uint32_t action, const std::string& name, Conditions conditions) {
    if (error_ != 0) return;
    const int number = seccomp_syscall_resolve_name(name.c_str());
    if (number == __NR_SCMP_ERROR) return;
    const int outcome =
        seccomp_rule_add_array(context_.get(), action, number,
                               static_cast<unsigned>(conditions.size()), conditions.begin());
    // Negative numbers stand for calls that this architecture does not have.
    if (outcome < 0 && number >= 0) error_ = -outcome;
}

void Filter::add_each(std::uint32_t action, std::string_view names) {
    std::istringstream words{std::string(names)};
    for (std::string name; words >> name;) add(action, name, {});
}

void Filter::allow(std::string_view names) { add_each(SCMP_ACT_ALLOW, names); }

void Filter::allow(const std::string& name, Conditions conditions) {
    add(SCMP_ACT_ALLOW, name, conditions);
}

void Filter::allow_socket(int family, int type, int protocol) {
    const auto value = [](int number) { return static_cast<scmp_datum_t>(number); };
    allow("socket", {is(0, value(family)), has(1, type_mask, value(type)), is(2, value(protocol))});
}

boost::system::error_code Filter::load() {
    // Asked of the kernel, not of seccomp_load(): a container's own filter may answer anything.
    const bool unsupported = ::prctl(PR_GET_SECCOMP, 0, 0, 0, 0) < 0;
    if (unsupported) error_ = ENOSYS;
    if (error_ == 0) error_ = -seccomp_load(context_.get());
    return {error_, boost::system::system_category()};
}

void Filter::allow_base(bool may_load) {
    // Memory. What is writable does not become executable, nor the other way round.
    allow("brk munmap mremap madvise");
    for (const char* map : {"mmap", "mmap2"}) {
        allow(map, {has(2, PROT_EXEC, 0)});
        if (may_load) allow(map, {has(2, PROT_WRITE, 0)});
    }
    allow("mprotect", {has(2, PROT_EXEC, 0)});

    // Time, locks, signals.
    allow(
        "clock_gettime clock_gettime64 clock_getres clock_getres_time64 gettimeofday time "
        "nanosleep clock_nanosleep clock_nanosleep_time64 sched_yield futex futex_time64 "
        "futex_waitv membarrier rseq set_robust_list rt_sigaction rt_sigprocmask "
        "rt_sigreturn sigreturn sigaltstack restart_syscall getrandom");

    // What they are; nothing of it changes.
    allow(
        "getpid gettid getppid getuid getuid32 geteuid geteuid32 getgid getgid32 getegid "
        "getegid32 getresuid getresuid32 getresgid getresgid32 getgroups getgroups32 uname sysinfo "
        "getrlimit ugetrlimit getrusage sched_getaffinity getcpu");
    allow("prlimit64", {is(0, 0), is_null(2)});
    allow("prctl", {is(0, PR_SET_NAME)});
    allow("prctl", {is(0, PR_GET_NAME)});
    allow("prctl", {is(0, PR_SET_VMA)});

    // The end, abort() included.
    allow("exit exit_group");
    allow("tgkill", {is(0, static_cast<scmp_datum_t>(::getpid()))});

    // Threads, though we have none: a library may. Not clone3, whose flags no filter can see: the C
    // library then takes clone.
    allow("clone", {has(clone_flags, clone_thread, clone_thread)});
    allow("set_tid_address");
}

/// The leak checker stops the process by a helper that shares its memory and traces it; reports are
/// made with help of /proc/self.
void Filter::allow_sanitizers() {
    allow(
        "clone ptrace prctl wait4 getpgrp open openat close read write fstat newfstatat "
        "stat lstat statx lseek readlink readlinkat getdents getdents64 getcwd tgkill ioctl dup "
        "dup2 pipe2");
}

void Filter::kill_intruders() {
    const auto kill = [this](std::string_view names) { add_each(SCMP_ACT_KILL_PROCESS, names); };
    // Other programs, other processes.
    kill("execve execveat process_vm_readv process_vm_writev kcmp pidfd_getfd");
    if (!sanitized) kill("ptrace");
    // Another identity, another view of the machine.
    kill(
        "setuid setuid32 setgid setgid32 setreuid setreuid32 setregid setregid32 "
        "setresuid setresuid32 setresgid setresgid32 setgroups setgroups32 setfsuid "
        "setfsuid32 setfsgid setfsgid32 capset unshare setns chroot pivot_root mount "
        "umount umount2 move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr "
        "mknod mknodat open_by_handle_at personality");
    // The kernel and the machine.
    kill(
        "init_module finit_module delete_module kexec_load kexec_file_load bpf "
        "perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register "
        "add_key request_key keyctl reboot swapon swapoff acct quotactl quotactl_fd "
        "syslog iopl ioperm modify_ldt sethostname setdomainname settimeofday stime "
        "clock_settime clock_settime64 vhangup uselib lookup_dcookie");
}

}  // namespace avahid::sandbox
