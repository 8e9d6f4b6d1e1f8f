#include "avahid/config/cli.hpp"

#include <gmock/gmock.h>

namespace avahid::config {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Options parsed(std::vector<std::string> arguments) {
    auto result = parse_command_line("avahid", std::move(arguments), "1.2.3");
    if (const auto* leave = std::get_if<Leave>(&result)) {
        ADD_FAILURE() << leave->text;
        return {};
    }
    return std::get<Options>(result);
}
Leave refused(std::vector<std::string> arguments) {
    auto result = parse_command_line("avahid", std::move(arguments), "1.2.3");
    const auto* leave = std::get_if<Leave>(&result);
    return leave ? *leave : Leave{-1, "was accepted"};
}

TEST(CommandLine, DefaultsAreTheInstalledPlaces) {
    const auto options = parsed({});
    EXPECT_EQ(options.config_file, "/etc/avahid/avahid.conf");
    EXPECT_FALSE(options.config_file_given);
    EXPECT_EQ(options.control_socket(), "/run/avahid/control");
    EXPECT_EQ(options.simple_socket(), "/run/avahi-daemon/socket");
    EXPECT_EQ(options.state_dir, "/var/lib/avahid");
    EXPECT_THAT(options.service_dirs, ElementsAre("/etc/avahid/services", "/etc/avahi/services"));
    EXPECT_THAT(options.hosts_files, ElementsAre("/etc/avahid/hosts", "/etc/avahi/hosts"));
    EXPECT_EQ(options.log_level, LogLevel::info);
    EXPECT_FALSE(options.check_config);
    EXPECT_EQ(options.ipv4ll_policy, std::nullopt);
}

TEST(CommandLine, MovesEverything) {
    const auto options = parsed({"--config",
                                 "c.conf",
                                 "--runtime-dir=/tmp/r",
                                 "--state-dir",
                                 "/tmp/s",
                                 "--services",
                                 "one",
                                 "--services",
                                 "two",
                                 "--hosts",
                                 "h",
                                 "--bus-address",
                                 "unix:path=/tmp/bus",
                                 "--user",
                                 "somebody",
                                 "--interface",
                                 "eth*",
                                 "--interface",
                                 "wlan0",
                                 "--ipv4ll-policy",
                                 "always",
                                 "--log-level",
                                 "warning",
                                 "--check-config"});
    EXPECT_EQ(options.config_file, "c.conf");
    EXPECT_TRUE(options.config_file_given);
    EXPECT_EQ(options.control_socket(), "/tmp/r/control");
    EXPECT_EQ(options.simple_socket(), "/tmp/r/simple");
    EXPECT_EQ(options.state_dir, "/tmp/s");
    EXPECT_TRUE(options.state_dir_given);
    EXPECT_THAT(options.service_dirs, ElementsAre("one", "two"));
    EXPECT_THAT(options.hosts_files, ElementsAre("h"));
    EXPECT_EQ(options.bus_address, "unix:path=/tmp/bus");
    EXPECT_EQ(options.user, "somebody");
    EXPECT_THAT(options.interfaces, ElementsAre("eth*", "wlan0"));
    EXPECT_EQ(options.ipv4ll_policy, Ipv4llPolicy::always);
    EXPECT_EQ(options.log_level, LogLevel::warning);
    EXPECT_TRUE(options.check_config);
}

TEST(CommandLine, DebugIsALogLevel) {
    EXPECT_EQ(parsed({"--debug"}).log_level, LogLevel::debug);
    EXPECT_EQ(parsed({"--log-level", "debug"}).log_level, LogLevel::debug);
}

TEST(CommandLine, TakesTheFlagsOfAvahiDaemon) {
    const auto run = parsed({"-D", "-s", "--no-drop-root", "--no-chroot", "--no-rlimits",
                             "--no-proc-title", "--debug", "-f", "a.conf"});
    EXPECT_EQ(run.command, Command::run);
    EXPECT_TRUE(run.daemonize && run.syslog);
    EXPECT_FALSE(run.drop_root || run.rlimits);
    EXPECT_EQ(run.config_file, "a.conf");
    EXPECT_TRUE(run.config_file_given);
    EXPECT_TRUE(parsed({"-Ds"}).daemonize);
    EXPECT_EQ(parsed({"--file=b.conf"}).config_file, "b.conf");
    for (const char* flag : {"-k", "--kill"}) EXPECT_EQ(parsed({flag}).command, Command::kill);
    for (const char* flag : {"-r", "--reload"}) EXPECT_EQ(parsed({flag}).command, Command::reload);
    for (const char* flag : {"-c", "--check"}) EXPECT_EQ(parsed({flag}).command, Command::check);
    EXPECT_EQ(parsed({}).pid_file(), "/run/avahi-daemon/pid");
    EXPECT_EQ(parsed({"--runtime-dir=/tmp/r"}).pid_file(), "/tmp/r/pid");
}

TEST(CommandLine, UnderItsNameSpeaksAsAvahiDaemon) {
    const auto version = parse_command_line("avahi-daemon", {"-V"}, "1.2.3");
    EXPECT_EQ(std::get<Leave>(version).text, "avahi-daemon 0.8 (avahid 1.2.3)\n");
    EXPECT_EQ(std::get<Leave>(version).status, 0);
    const auto wrong = parse_command_line("avahi-daemon", {"--nonsense"}, "1.2.3");
    EXPECT_EQ(std::get<Leave>(wrong).status, 255);
    const auto run = parse_command_line("avahi-daemon", {}, "1.2.3");
    EXPECT_EQ(std::get<Options>(run).failure(), 255);
    EXPECT_EQ(parsed({}).failure(), 1);
}

TEST(CommandLine, OverridesTheFile) {
    Config config;
    apply(parsed({}), config);
    EXPECT_EQ(config, Config{});
    apply(parsed({"--ipv4ll-policy", "off", "--interface", "eth0"}), config);
    EXPECT_EQ(config.ipv4ll.policy, Ipv4llPolicy::off);
    EXPECT_THAT(config.server.allow_interfaces, ElementsAre("eth0"));
}

TEST(CommandLine, VersionAndHelpEndWithZero) {
    EXPECT_EQ(refused({"--version"}).status, 0);
    EXPECT_EQ(refused({"--version"}).text, "avahid 1.2.3\n");
    const auto help = refused({"--help"});
    EXPECT_EQ(help.status, 0);
    EXPECT_THAT(help.text, AllOf(HasSubstr("--runtime-dir DIR"), HasSubstr("--check-config"),
                                 HasSubstr("--ipv4ll-policy POLICY")));
}

TEST(CommandLine, WrongUsageEndsWithTwo) {
    for (const std::vector<std::string>& wrong : {std::vector<std::string>{"--nonsense"},
                                                  {"stray"},
                                                  {"--config"},
                                                  {"--log-level", "loud"},
                                                  {"--ipv4ll-policy", "sometimes"},
                                                  {"--services", "a", "b"}}) {
        const auto leave = refused(wrong);
        EXPECT_EQ(leave.status, 2) << wrong[0];
        EXPECT_FALSE(leave.text.empty());
    }
}

}  // namespace
}  // namespace avahid::config
