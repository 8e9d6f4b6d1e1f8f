#include <fmt/format.h>

#include "mdns/wire/escape.hpp"
#include "mdns/wire/fields.hpp"
#include "mdns/wire/nsec.hpp"
#include "mdns/wire/rdata.hpp"

namespace mdns::wire {

namespace {

/// RFC 3597 §5, which any type can be written as: \# length hex
std::string opaque_text(Bytes bytes) {
    std::string text = fmt::format("\\# {}", bytes.size());
    if (!bytes.empty()) text += fmt::format(" {:02x}", fmt::join(bytes, ""));
    return text;
}

std::uint32_t number(Bytes bytes) {
    std::uint32_t value = 0;
    for (const std::uint8_t byte : bytes) value = value << 8 | byte;
    return value;
}

void append_quoted(std::string& out, std::string_view string) {
    out += '"';
    append_escaped(out, string, '"');
    out += '"';
}

std::string strings_text(Bytes bytes) {
    std::string text;
    for (const std::string& string : parse_txt(bytes)) {
        if (!text.empty()) text += ' ';
        append_quoted(text, string);
    }
    return text.empty() ? "\"\"" : text;
}

std::string field_text(const Fields& fields) {
    const Bytes bytes = fields.bytes();
    std::string text;
    switch (fields.field()) {
        case Field::end:
            break;
        case Field::u8:
        case Field::u16:
        case Field::u32:
            return fmt::format("{}", number(bytes));
        case Field::ipv4:
            return parse_a(bytes)->to_string();
        case Field::ipv6:
            return parse_aaaa(bytes)->to_string();
        case Field::name:
            return fields.name().to_text();
        case Field::string:
            append_quoted(text,
                          {reinterpret_cast<const char*>(bytes.data()) + 1, bytes.size() - 1});
            break;
        case Field::strings:
            return strings_text(bytes);
        case Field::bitmap:
            for (const std::uint16_t type : bitmap_types(bytes)) {
                if (!text.empty()) text += ' ';
                text += type_name(type);
            }
            break;
        case Field::opaque:
            return opaque_text(bytes);
    }
    return text;
}

}  // namespace

std::string rdata_to_text(std::uint16_t type, Bytes rdata) {
    std::string text;
    Fields fields = Fields::canonical(type, rdata);
    while (fields.next()) {
        const std::string field = field_text(fields);
        if (!text.empty() && !field.empty()) text += ' ';
        text += field;
    }
    return fields.errc() == Errc::ok ? text : opaque_text(rdata);
}

}  // namespace mdns::wire
