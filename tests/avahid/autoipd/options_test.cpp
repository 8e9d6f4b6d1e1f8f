#include "tools/avahi-autoipd/options.hpp"

#include <gmock/gmock.h>

namespace autoipd {
namespace {

using testing::HasSubstr;

Options parsed(std::vector<std::string> arguments) {
    const auto result = parse(std::move(arguments));
    if (const auto* problem = std::get_if<std::string>(&result)) {
        ADD_FAILURE() << *problem;
        return {};
    }
    return std::get<Options>(result);
}
std::string refused(std::vector<std::string> arguments) {
    const auto result = parse(std::move(arguments));
    const auto* problem = std::get_if<std::string>(&result);
    return problem ? *problem : "was accepted";
}

TEST(AutoipdOptions, AreAvahis) {
    const auto run = parsed({"-wD", "-S", "169.254.7.7", "--force-bind", "--no-drop-root",
                             "--no-chroot", "--no-proc-title", "--debug", "-s", "-t", "x", "eth0"});
    EXPECT_EQ(run.command, Command::run);
    EXPECT_TRUE(run.daemonize && run.wait && run.force_bind);
    EXPECT_EQ(run.start, "169.254.7.7");
    EXPECT_EQ(run.interface, "eth0");
    EXPECT_EQ(parsed({"-k", "eth0"}).command, Command::kill);
    EXPECT_EQ(parsed({"eth0", "--refresh"}).command, Command::refresh);
    EXPECT_EQ(parsed({"--check", "eth0"}).command, Command::check);
    EXPECT_EQ(parsed({"--start=169.254.1.2", "eth0"}).start, "169.254.1.2");
    EXPECT_EQ(parsed({"-h"}).command, Command::help);
    EXPECT_EQ(parsed({"-V"}).command, Command::version);
}

TEST(AutoipdOptions, AreRefusedInAvahisWords) {
    EXPECT_EQ(refused({}), "Missing interface name.");
    EXPECT_EQ(refused({"-c"}), "Missing interface name.");
    EXPECT_EQ(refused({"eth0", "eth1"}), "Too many arguments");
    EXPECT_EQ(refused({"-S", "bogus", "eth0"}), "Failed to parse IP address 'bogus'.");
    EXPECT_THAT(refused({"--bogus", "eth0"}), HasSubstr("unknown option"));
    EXPECT_THAT(refused({"eth0", "-S"}), HasSubstr("unknown option"));
}

}  // namespace
}  // namespace autoipd
