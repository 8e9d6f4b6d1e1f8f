// tests/nss-plugin/binary_test.cpp: the shared object that gets installed, looked at from outside.
#include <dlfcn.h>
#include <gmock/gmock.h>

#include <array>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <regex>
#include <string>
#include <vector>

namespace {

using testing::ElementsAre;
using testing::UnorderedElementsAre;

std::string output_of(const std::string& command) {
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string text;
    std::array<char, 4096> piece{};
    for (std::size_t got = 0; (got = fread(piece.data(), 1, piece.size(), pipe.get())) > 0;)
        text.append(piece.data(), got);
    return text;
}

std::vector<std::string> matches(const std::string& text, const char* pattern) {
    const std::regex regex(pattern);
    std::vector<std::string> found;
    for (std::sregex_iterator at(text.begin(), text.end(), regex), end; at != end; ++at)
        found.push_back((*at)[1]);
    return found;
}

const std::string dynamic_section = output_of(AVAHID_READELF " -dW " AVAHID_PRODUCT);

TEST(NssBinary, CarriesItsInterfaceVersion) {  // NSS-§abi-01, NSS-§abi-14
    EXPECT_EQ(std::filesystem::path(AVAHID_PRODUCT).filename(), "libnss_avahid.so.2");
    EXPECT_THAT(matches(dynamic_section, "SONAME\\)\\s+Library soname: \\[(.*?)\\]"),
                ElementsAre("libnss_avahid.so.2"));
}

TEST(NssBinary, NeedsLibcOnly) {  // NSS-§abi-12
    EXPECT_THAT(matches(dynamic_section, "NEEDED\\)\\s+Shared library: \\[(.*?)\\]"),
                ElementsAre("libc.so.6"));
}

TEST(NssBinary, ExportsItsFunctionsOnly) {  // NSS-§abi-11
    const std::string symbols = output_of(AVAHID_NM " -D --defined-only " AVAHID_PRODUCT);
    EXPECT_THAT(
        matches(symbols, "(?:^|\\n)\\S+ \\w (\\S+)"),
        UnorderedElementsAre("_nss_avahid_gethostbyname_r", "_nss_avahid_gethostbyname2_r",
                             "_nss_avahid_gethostbyname3_r", "_nss_avahid_gethostbyname4_r",
                             "_nss_avahid_gethostbyaddr_r", "_nss_avahid_gethostbyaddr2_r"));
}

TEST(NssBinary, HasNoStateAndNoHeap) {  // NSS-§thread-01, NSS-§abi-13, NSS-§thread-06, NSS-§sec-04
    const std::string used = output_of(AVAHID_NM " -D --undefined-only " AVAHID_PRODUCT);
    for (const char* unwanted : {"malloc", "getenv", "abort", "select", "alarm", "sigaction",
                                 "setlocale", "syslog", "fprintf", "printf", "write"})
        EXPECT_THAT(matches(used, (std::string("U (") + unwanted + ")@").c_str()), ElementsAre())
            << unwanted;
    const std::string all = output_of(AVAHID_NM " " AVAHID_PRODUCT);
    for (const std::string& object : matches(all, "(?:^|\\n)\\S+ [bBdD] (\\S+)"))
        EXPECT_TRUE(object == "completed.0" || object.starts_with("_") || object.starts_with("__"))
            << object << " is writable data";
}

// NSS-§sec-02, NSS-§name-05: no list of names in /etc, as nss-mdns may have.
TEST(NssBinary, KnowsOnePath) {
    const std::string strings = output_of(AVAHID_READELF " -p .rodata " AVAHID_PRODUCT);
    EXPECT_THAT(matches(strings, "(/[ -~]+)"), ElementsAre("/run/avahi-daemon/socket"));
}

TEST(NssBinary, Loads) {  // NSS-§abi-01
    void* library = dlopen(AVAHID_PRODUCT, RTLD_NOW);
    ASSERT_NE(library, nullptr) << dlerror();
    dlclose(library);
}

}  // namespace
