// avahid/sandbox/filter.hpp: a list of system calls in the making, by libseccomp. Calls are given
// by name: those that another architecture or an older libseccomp does not know are skipped there.
#pragma once

#include <seccomp.h>

#include <boost/system/error_code.hpp>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>

namespace avahid::sandbox {

// Conditions on the argument of this number. Compared are its lower 32 bits, as the kernel does
// with an int; `has` looks at the bits of the mask alone.
constexpr scmp_arg_cmp has(unsigned argument, scmp_datum_t mask, scmp_datum_t value) {
    return {argument, SCMP_CMP_MASKED_EQ, mask, value};
}
constexpr scmp_arg_cmp is(unsigned argument, scmp_datum_t value) {
    return has(argument, 0xFFFFFFFF, value);
}
constexpr scmp_arg_cmp is_null(unsigned argument) { return {argument, SCMP_CMP_EQ, 0, 0}; }

class Filter {
public:
    using Conditions = std::initializer_list<scmp_arg_cmp>;

    /// Begins with what every process of ours needs (memory, clocks, signals, its end) and with
    /// what none ever does, which kills. `may_load`: shared objects may be mapped.
    explicit Filter(bool may_load);

    void allow(std::string_view names);  // with a space between
    /// With these arguments; call it again for others.
    void allow(const std::string& name, Conditions conditions);
    void allow_socket(int family, int type, int protocol);

    /// From here on the process is held to it.
    boost::system::error_code load();

private:
    void add(std::uint32_t action, const std::string& name, Conditions conditions);
    void add_each(std::uint32_t action, std::string_view names);
    void allow_base(bool may_load);
    void allow_sanitizers();
    void kill_intruders();

    struct Release {
        void operator()(scmp_filter_ctx context) const { seccomp_release(context); }
    };
    std::unique_ptr<std::remove_pointer_t<scmp_filter_ctx>, Release> context_;
    int error_ = 0;  // the first one
};

}  // namespace avahid::sandbox
