// avahid.conf from arbitrary bytes: no crash, and no more problems told than there is room for.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "avahid/config/config.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace avahid::config;
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    const auto loaded = parse_config(text, "f");
    if (loaded.diagnostics.size() > 2 * (Diagnostics::most + 1)) std::abort();
    return 0;
}
