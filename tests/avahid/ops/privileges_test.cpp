// What is dropped is gone for good, so each test does it in a process of its own.
#include "avahid/ops/privileges.hpp"

#include <gmock/gmock.h>
#include <sys/capability.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <functional>

#include "avahid/ops/limits.hpp"

namespace avahid::ops {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// Runs in a child; \return the text it gives.
std::string in_child(const std::function<std::string()>& body) {
    int ends[2];
    if (::pipe(ends) != 0) return "no pipe";
    const pid_t child = ::fork();
    if (child == 0) {
        const auto text = body();
        [[maybe_unused]] const auto written = ::write(ends[1], text.data(), text.size());
        ::_exit(0);
    }
    ::close(ends[1]);
    std::string text(16384, '\0');
    const auto got = ::read(ends[0], text.data(), text.size());
    text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
    ::close(ends[0]);
    ::waitpid(child, nullptr, 0);
    return text;
}

/// /proc/self/status after dropping, or what failed.
std::string status_after_drop(const Identity& identity) {
    if (const auto failure = drop_privileges(identity))
        return std::string(failure->step) + ": " + failure->why.message();
    std::ifstream file("/proc/self/status");
    std::string text{std::istreambuf_iterator<char>(file), {}};
    if (::setuid(0) == 0) text += "became root again\n";
    return text;
}

TEST(Privileges, RootBecomesTheUserWithEmptyCapabilitySets) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    const auto nobody = find_identity("nobody");
    ASSERT_TRUE(nobody);
    const auto id = std::to_string(nobody->uid);
    const auto status = in_child([&] { return status_after_drop(*nobody); });
    constexpr auto none = "\t0000000000000000\n";
    EXPECT_THAT(
        status,
        AllOf(HasSubstr("Uid:\t" + id + "\t" + id + "\t" + id + "\t" + id + "\n"),
              HasSubstr(std::string("CapInh:") + none), HasSubstr(std::string("CapPrm:") + none),
              HasSubstr(std::string("CapEff:") + none), HasSubstr(std::string("CapBnd:") + none),
              HasSubstr(std::string("CapAmb:") + none)));
    EXPECT_THAT(status, HasSubstr("NoNewPrivs:\t1\n"));
    EXPECT_THAT(status, Not(HasSubstr("became root again")));
    // Supplementary groups of root are gone as well.
    EXPECT_THAT(status, HasSubstr("Groups:\t" + std::to_string(nobody->gid) + " \n"));
}

/// Root as in a container that took this capability away.
bool lose(cap_value_t capability) {
    const auto now = ::cap_get_proc();
    const bool lost = ::cap_set_flag(now, CAP_EFFECTIVE, 1, &capability, CAP_CLEAR) == 0 &&
                      ::cap_set_flag(now, CAP_PERMITTED, 1, &capability, CAP_CLEAR) == 0 &&
                      ::cap_set_proc(now) == 0;
    ::cap_free(now);
    return lost;
}

TEST(Privileges, RootThatCannotChangeUserStaysRootWithoutCapabilities) {
    if (::geteuid() != 0) GTEST_SKIP() << "needs root";
    const auto nobody = find_identity("nobody");
    ASSERT_TRUE(nobody);
    EXPECT_TRUE(can_become(*nobody));
    for (const cap_value_t missing : {CAP_SETUID, CAP_SETGID}) {
        const auto status = in_child([&] {
            if (!lose(missing)) return std::string("cap_set_proc");
            return (can_become(*nobody) ? "can\n" : "cannot\n") + status_after_drop(*nobody);
        });
        EXPECT_THAT(status,
                    AllOf(HasSubstr("cannot\n"), HasSubstr("Uid:\t0\t0\t0\t0\n"),
                          HasSubstr("Gid:\t0\t0\t0\t0\n"), HasSubstr("CapPrm:\t0000000000000000\n"),
                          HasSubstr("NoNewPrivs:\t1\n")));
    }
}

TEST(Privileges, WhoIsTheUserAlreadyNeedsNoCapability) {
    const auto status = in_child([] {
        if (::geteuid() == 0 && !lose(CAP_SETGID)) return std::string("cap_set_proc");
        const Identity ours{"ours", ::geteuid(), ::getegid()};
        return (can_become(ours) ? "can\n" : "cannot\n") + status_after_drop(ours);
    });
    EXPECT_THAT(status, AllOf(HasSubstr("can\n"), HasSubstr("CapEff:\t0000000000000000\n")));
}

TEST(Privileges, WithoutRootTheCallerStaysWhoItIs) {
    const auto status = in_child([] {
        if (::geteuid() == 0 && ::setuid(65534) != 0) return std::string("setuid");
        return status_after_drop({"ignored", 4711, 4711});
    });
    EXPECT_THAT(status, AllOf(HasSubstr("CapEff:\t0000000000000000\n"),
                              HasSubstr("NoNewPrivs:\t1\n"), Not(HasSubstr("Uid:\t4711"))));
}

TEST(Identities, AvahidElseNobody) {
    const auto found = find_identity("");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->is_fallback, found->name != "avahid");
    EXPECT_NE(found->uid, 0u);
}

TEST(Identities, AnUnknownUserIsAnError) {
    const auto found = find_identity("no-such-user-here");
    ASSERT_FALSE(found);
    EXPECT_EQ(found.error(), boost::system::errc::no_such_file_or_directory);
}

TEST(Limits, SetsBothOrTellsWhyNot) {
    const auto result = in_child([] {
        if (const auto bad = set_limit(RLIMIT_NOFILE, 100)) return bad.message();
        rlimit now{};
        ::getrlimit(RLIMIT_NOFILE, &now);
        if (::geteuid() == 0 && ::setuid(65534) != 0) return std::string("setuid");
        return std::to_string(now.rlim_cur) + " " + std::to_string(now.rlim_max) + " " +
               set_limit(RLIMIT_NOFILE, 101).message();
    });
    EXPECT_EQ(result, "100 100 Operation not permitted");
}

}  // namespace
}  // namespace avahid::ops
