// The configuration we install: every key is in it, commented out, with its real default.
#include <fmt/format.h>

#include "avahid/config/config.hpp"
#include "avahid/config/ini.hpp"
#include "avahid/config/keys.hpp"
#include "avahid/config/read_file.hpp"
#include "matchers.hpp"

namespace avahid::config {
namespace {

using ::testing::IsEmpty;
using ::testing::UnorderedElementsAreArray;

const std::string path = AVAHID_DATA_DIR "/avahid.conf";

/// With the "#" before each "key=" taken away; prose has a blank after it.
std::string uncommented() {
    const auto text = read_file(path);
    std::string out;
    for (std::size_t at = 0; text && at < text->size();) {
        const auto end = std::min(text->find('\n', at), text->size());
        auto line = text->substr(at, end - at);
        if (line.starts_with('#') && line.size() > 1 && line[1] != ' ') line.erase(0, 1);
        out += line + "\n";
        at = end + 1;
    }
    return out;
}

TEST(ExampleConfig, AsInstalledItChangesNothing) {
    const auto loaded = load_config(path, Missing::is_an_error);
    EXPECT_THAT(lines(loaded.diagnostics), IsEmpty());
    EXPECT_EQ(loaded.config, Config{});
}

TEST(ExampleConfig, ShowsTheRealDefaults) {
    auto loaded = parse_config(uncommented(), path);
    EXPECT_FALSE(has_errors(loaded.diagnostics)) << fmt::format("{}", lines(loaded.diagnostics)[0]);
    EXPECT_EQ(loaded.config, Config{});
}

TEST(ExampleConfig, ShowsEveryKeyOnce) {
    std::vector<std::string> shown, known;
    for (const auto& entry : parse_ini(uncommented(), path).entries)
        shown.push_back(entry.section + "/" + entry.key);
    for (const auto& key : known_keys())
        known.push_back(fmt::format("{}/{}", key.section, key.name));
    EXPECT_THAT(shown, UnorderedElementsAreArray(known));
}

TEST(ExampleConfig, ManualDescribesEveryKey) {
    const auto manual = read_file(AVAHID_DATA_DIR "/avahid.conf.5");
    ASSERT_TRUE(manual);
    std::vector<std::string> missing;
    for (const auto& key : known_keys()) {
        std::string escaped;  // roff: "-" would become a typographic hyphen
        for (const char c : key.name) escaped += c == '-' ? std::string("\\-") : std::string(1, c);
        if (manual->find(escaped + "=") == manual->npos) missing.push_back(escaped);
    }
    EXPECT_THAT(missing, IsEmpty());
}

}  // namespace
}  // namespace avahid::config
