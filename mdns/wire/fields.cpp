#include "mdns/wire/fields.hpp"

#include <algorithm>
#include <array>

#include "mdns/wire/nsec.hpp"
#include "mdns/wire/rdata.hpp"

namespace mdns::wire {

namespace {

using enum Field;
using enum Compress;

constexpr Layout layouts[] = {
    {0, never, {opaque}},  // every type that is not here
    {type::a, never, {ipv4}},
    {type::ns, everywhere, {name}},
    {type::cname, everywhere, {name}},
    {type::soa, everywhere, {name, name, u32, u32, u32, u32, u32}},
    {type::ptr, everywhere, {name}},
    {type::hinfo, never, {string, string}},
    {type::mx, everywhere, {u16, name}},
    {type::txt, never, {strings}},
    {type::rp, in_mdns, {name, name}},
    {type::afsdb, in_mdns, {u16, name}},
    {type::rt, in_mdns, {u16, name}},
    {type::sig, never, {u16, u8, u8, u32, u32, u32, u16, name, opaque}},
    {type::px, in_mdns, {u16, name, name}},
    {type::aaaa, never, {ipv6}},
    {type::srv, in_mdns, {u16, u16, u16, name}},
    {type::naptr, never, {u16, u16, string, string, string, name}},
    {type::kx, in_mdns, {u16, name}},
    {type::dname, in_mdns, {name}},
    {type::nsec, in_mdns, {name, bitmap}},
};

constexpr std::size_t indexed_types = 64;  // all of the above are below

constexpr auto make_index() {
    std::array<std::uint8_t, indexed_types> index{};
    for (std::size_t row = 1; row < std::size(layouts); ++row) {
        index[layouts[row].type] = static_cast<std::uint8_t>(row);
    }
    return index;
}
constexpr auto layout_index = make_index();

}  // namespace

const Layout& layout_of(std::uint16_t type) {
    return layouts[type < indexed_types ? layout_index[type] : 0];
}

bool Fields::next() {
    field_ = *next_;
    if (field_ == Field::end) {
        if (!in_.at_end()) in_.fail(Errc::bad_rdata);
        return false;
    }
    const std::size_t start = in_.position();
    take_field();
    bytes_ = in_.taken_since(start);
    if (field_ == Field::bitmap && !bitmap_fits(bytes_)) in_.fail(Errc::bad_rdata);
    ++next_;
    return in_.errc() == Errc::ok;
}

void Fields::take_field() {
    switch (field_) {
        case Field::end:
            break;
        case Field::u8:
            in_.take(1);
            break;
        case Field::u16:
            in_.take(2);
            break;
        case Field::u32:
        case Field::ipv4:
            in_.take(4);
            break;
        case Field::ipv6:
            in_.take(16);
            break;
        case Field::name:
            name_ = in_.name();
            break;
        case Field::string:
            in_.string();
            break;
        case Field::strings:
        case Field::bitmap:
        case Field::opaque:
            in_.take_rest();
            break;
    }
}

Errc check(Fields fields) {
    while (fields.next()) continue;
    return fields.errc();
}

bool equal(Fields left, Fields right) {
    for (;;) {
        const bool more = left.next();
        if (right.next() != more) return false;
        if (!more) return left.errc() == Errc::ok && right.errc() == Errc::ok;
        const bool same = left.field() == Field::name
                              ? left.name().equals(right.name())
                              : std::ranges::equal(left.bytes(), right.bytes());
        if (!same) return false;
    }
}

}  // namespace mdns::wire
