// avahid/dbus/wire_size.hpp: about how much room a message takes, by its values: enough to know a
// client that does not read.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>
#include <vector>

namespace avahid::dbus {

inline constexpr std::size_t header_size = 150;  // path, interface, member, destination, and so on

template <class T>
std::size_t value_size(const T& value);

template <class T>
std::size_t value_size(const std::vector<T>& values) {
    if constexpr (std::is_arithmetic_v<T>) return 4 + sizeof(T) * values.size();
    std::size_t size = 4;
    for (const auto& value : values) size += value_size(value);
    return size;
}

template <class T>
std::size_t value_size(const T& value) {
    if constexpr (std::is_base_of_v<std::string, T>)
        return 5 + value.size();
    else
        return sizeof(value);
}

template <class... Values>
std::size_t wire_size(const Values&... values) {
    return (header_size + ... + value_size(values));
}

}  // namespace avahid::dbus
