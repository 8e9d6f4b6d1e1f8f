#include "avahid/config/hosts_file.hpp"

#include "matchers.hpp"

namespace avahid::config {
namespace {

using boost::asio::ip::make_address;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(HostsFile, ReadsAddressesAndNames) {
    const auto parsed = parse_hosts(
        "# comment\n\n192.0.2.7 printer.local\n\t2001:db8::1\tnas.example.local.  # ours\r\n", "f");
    EXPECT_THAT(parsed.hosts,
                ElementsAre(StaticHost{make_address("192.0.2.7"), "printer.local"},
                            StaticHost{make_address("2001:db8::1"), "nas.example.local."}));
    EXPECT_THAT(parsed.diagnostics, IsEmpty());
}

TEST(HostsFile, BadLinesAreToldAndTheOthersStand) {
    const auto parsed = parse_hosts(
        "printer.local 192.0.2.7\n"
        "192.0.2.7\n"
        "192.0.2.7 a.local b.local\n"
        "192.0.2.7 short\n"
        "0.0.0.0 a.local\n"
        "224.0.0.1 a.local\n"
        "fe80::1%eth0 a.local\n"
        "192.0.2.7 a..local\n"
        "192.0.2.7 \xFF.local\n"
        "192.0.2.8 good.local",
        "hosts");
    EXPECT_THAT(parsed.hosts, ElementsAre(StaticHost{make_address("192.0.2.8"), "good.local"}));
    EXPECT_THAT(
        lines(parsed.diagnostics),
        ElementsAre("error hosts:1: 'printer.local' is not the address of a host",
                    "error hosts:2: a name must follow the address",
                    "error hosts:3: 'b.local' after the name",
                    "error hosts:4: 'short' is not a full host name such as 'printer.local'",
                    "error hosts:5: '0.0.0.0' is not the address of a host",
                    "error hosts:6: '224.0.0.1' is not the address of a host",
                    "error hosts:7: 'fe80::1%eth0' is not the address of a host",
                    "error hosts:8: 'a..local' is not a full host name such as 'printer.local'",
                    "error hosts:9: '\\xff.local' is not a full host name such as "
                    "'printer.local'"));
}

TEST(HostsFile, MissingFileIsANote) {
    const std::string paths[] = {"/nonexistent/hosts"};
    const auto loaded = load_hosts(paths);
    EXPECT_THAT(lines(loaded.diagnostics),
                ElementsAre("note /nonexistent/hosts: cannot be read: No such file or directory"));
}

TEST(HostsFile, RandomBytesNeverDisturb) {
    std::mt19937 random{3};  // NOLINT(cert-msc32-c,cert-msc51-cpp)
    for (int i = 0; i < 20'000; ++i) parse_hosts(random_text(random, "12.:af% \n#\\local"), "f");
}

}  // namespace
}  // namespace avahid::config
