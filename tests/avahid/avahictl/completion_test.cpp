// The completion scripts, as the program prints them: all there is, and bash completes by them.
#include <gmock/gmock.h>

#include <cstdio>
#include <regex>
#include <set>

#include "tests/avahid/avahictl/support/fake_daemon.hpp"

namespace avahictl {
namespace {

using test::run_avahictl;
using testing::HasSubstr;
using testing::IsSupersetOf;

std::set<std::string> matches(const std::string& text, const char* pattern) {
    const std::regex expression(pattern);
    std::set<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), expression), end; at != end; ++at)
        found.insert((*at)[1]);
    return found;
}

std::string shell(const std::string& command) {
    std::FILE* pipe = ::popen(command.c_str(), "r");
    std::string text;
    for (int c = std::fgetc(pipe); c != EOF; c = std::fgetc(pipe)) text += static_cast<char>(c);
    ::pclose(pipe);
    return text;
}

/// What bash offers for the last word.
std::set<std::string> offered(const std::string& words, int last) {
    const std::string line = "bash -c '. <(" AVAHICTL_PROGRAM " completion bash); COMP_WORDS=(" +
                             words + "); COMP_CWORD=" + std::to_string(last) +
                             "; _avahictl; printf \"%s \" \"${COMPREPLY[@]}\"'";
    return matches(shell(line), R"((\S+) )");
}

TEST(AvahictlCompletion, HasAllVerbsAndOptions) {
    const std::string bash = run_avahictl({"completion", "bash"}).out;
    const std::string zsh = run_avahictl({"completion", "zsh"}).out;
    const std::string help = run_avahictl({"--help"}).out;
    const auto verbs = matches(help.substr(help.find("Subcommands:")), R"(\n  (\w+) )");
    EXPECT_THAT(verbs, IsSupersetOf({"status", "browse", "doctor", "monitor"}));
    for (const std::string& verb : verbs) {
        EXPECT_THAT(bash, HasSubstr("        " + verb + ")"));
        EXPECT_THAT(zsh, HasSubstr("        " + verb + ")"));
        const auto options = matches(run_avahictl({verb, "--help"}).out, R"([ ,](--?[a-z0-9-]+))");
        const auto all = offered("avahictl " + verb + " -", 2);
        EXPECT_THAT(all, IsSupersetOf(options)) << verb;
        for (const std::string& option : options) EXPECT_THAT(zsh, HasSubstr("'" + option + "["));
    }
}

TEST(AvahictlCompletion, CompletesInBash) {
    EXPECT_EQ(offered("avahictl br", 1), (std::set<std::string>{"browse"}));
    EXPECT_EQ(offered("avahictl --timeout 3 ca", 3), (std::set<std::string>{"cache"}));
    EXPECT_EQ(offered("avahictl cache f", 2), (std::set<std::string>{"flush"}));
    EXPECT_EQ(offered("avahictl ipv4ll eth0 re", 3), (std::set<std::string>{"renew"}));
    EXPECT_EQ(offered("avahictl browse -i l", 3), (std::set<std::string>{"lo"}));
    EXPECT_EQ(offered("avahictl browse --sub", 2), (std::set<std::string>{"--subtype"}));
}

}  // namespace
}  // namespace avahictl
