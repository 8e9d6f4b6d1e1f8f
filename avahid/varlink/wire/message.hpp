// avahid/varlink/wire/message.hpp: one message to a call or reply and back
// (varlink.org/Method-Call). Nothing here throws, whatever the text: it may come from anyone.
#pragma once

#include <boost/system/result.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace avahid::varlink::wire {

struct Call {
    std::string method;
    nlohmann::json parameters = nlohmann::json::object();
    bool oneway = false;
    bool more = false;
    bool upgrade = false;
};

struct Reply {
    std::string error;  // empty: it went well
    nlohmann::json parameters = nlohmann::json::object();
    bool continues = false;
};

enum class Errc {
    ok,
    too_deep,
    not_json,
    not_an_object,
    no_method,
    bad_flag,
    bad_parameters,
    bad_error,
};
/// One sentence for people.
const char* to_string(Errc errc);
template <class T>
using Result = boost::system::result<T, Errc>;

constexpr std::size_t max_depth = 16;  // of nested arrays and objects

Result<Call> parse_call(std::string_view text);
Result<Reply> parse_reply(std::string_view text);

/// With the final NUL, ready to be sent.
std::string frame(const Call& call);
std::string frame(const Reply& reply);

/// JSON text on one line; bytes that are not UTF-8 are replaced.
std::string to_text(const nlohmann::json& value);

}  // namespace avahid::varlink::wire
