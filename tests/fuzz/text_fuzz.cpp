// Names and TXT strings as programs and people write them: what is accepted comes back the same
// from its text, and nothing that is shown holds what a terminal would obey.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "dnssd/service_name.hpp"
#include "dnssd/txt.hpp"
#include "mdns/wire/escape.hpp"
#include "mdns/wire/rdata.hpp"

namespace {

namespace wire = mdns::wire;

void require(bool condition) {
    if (!condition) std::abort();
}

bool exact(const wire::Name& left, const wire::Name& right) {
    return std::ranges::equal(left.wire(), right.wire());
}

void check_shown(std::string_view text) {
    require(std::ranges::none_of(text, [](char c) { return (c >= 0 && c < 0x20) || c == 0x7f; }));
}

void check_name(std::string_view text) {
    const auto name = wire::Name::from_text(text);
    if (!name) return;
    require(name->wire().size() <= wire::max_name);
    const std::string shown = name->to_text();
    check_shown(shown);
    const auto again = wire::Name::from_text(shown);
    require(again && exact(*again, *name));
    const auto decoded = wire::Name::from_wire(name->wire());
    require(decoded && exact(*decoded, *name));
    require(name->is_root() || exact(*name->parent().prepend(name->label(0)), *name));
    for (const auto& split : {dnssd::split_instance(*name), dnssd::split_type(*name)}) {
        if (!split) continue;
        check_shown(dnssd::join(*split));
        dnssd::problem_with_type(split->type, dnssd::NameRules::lenient);
        dnssd::problem_with_instance(split->instance);
    }
    if (const auto split = dnssd::split_instance(*name)) {
        const auto joined = dnssd::instance_name(*split);
        require(joined && exact(*joined, *name));
        const auto pasted = wire::Name::from_text(dnssd::join(*split));
        require(pasted && exact(*pasted, *name));
    }
    if (const auto nfc = dnssd::to_nfc(*name)) {
        const auto twice = dnssd::to_nfc(*nfc);
        require(twice && exact(*twice, *nfc));
    }
    require(dnssd::folded(*name) == dnssd::folded(*again));
}

void check_label(std::string_view label) {
    check_shown(wire::escape_label(label));
    if (label.empty() || label.size() > wire::max_label) return;
    const auto alone = wire::Name::from_labels({label});
    require(alone && alone->label(0) == label);
    const auto back = wire::Name::from_text(wire::escape_label(label));
    require(back && exact(*back, *alone));
}

void check_txt(wire::Bytes bytes) {
    const auto strings = wire::parse_txt(bytes);
    dnssd::advice_on_txt(strings);
    for (const auto& attribute : dnssd::attributes(strings)) {
        require(!attribute.key.empty() && attribute.key.find('=') == std::string::npos);
        const auto found = dnssd::find_attribute(strings, attribute.key);
        require(found && found->key == attribute.key && found->value == attribute.value);
    }
    if (dnssd::problem_with_txt(strings)) return;
    const auto again = wire::parse_txt(wire::make_txt(strings));
    require(dnssd::attributes(again).size() == dnssd::attributes(strings).size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text{reinterpret_cast<const char*>(data), size};
    check_name(text);
    check_label(text);
    check_txt({data, size});
    dnssd::to_nfc(text);
    return 0;
}
