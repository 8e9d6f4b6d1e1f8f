#include "avahid/varlink/wire/message.hpp"

#include <algorithm>

namespace avahid::varlink::wire {

using nlohmann::json;

namespace {

/// Looked at before parsing, so that no recursion anywhere sees deeper text.
bool deeper_than(std::string_view text, std::size_t limit) {
    std::size_t depth = 0;
    bool in_string = false;
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char c = text[at];
        if (in_string) {
            if (c == '\\') ++at;
            if (c == '"') in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > limit) return true;
        } else if ((c == '}' || c == ']') && depth > 0) {
            --depth;
        }
    }
    return false;
}

Errc parse_object(std::string_view text, json& object) {
    if (deeper_than(text, max_depth)) return Errc::too_deep;
    object = json::parse(text, nullptr, /*allow_exceptions=*/false);
    if (object.is_discarded()) return Errc::not_json;
    return object.is_object() ? Errc::ok : Errc::not_an_object;
}

Errc read_flag(const json& object, const char* name, bool& flag) {
    const auto found = object.find(name);
    if (found == object.end() || found->is_null()) return Errc::ok;
    if (!found->is_boolean()) return Errc::bad_flag;
    flag = found->get<bool>();
    return Errc::ok;
}

Errc read_parameters(json& object, json& parameters) {
    const auto found = object.find("parameters");
    if (found == object.end() || found->is_null()) return Errc::ok;
    if (!found->is_object()) return Errc::bad_parameters;
    parameters = std::move(*found);
    return Errc::ok;
}

std::string frame(const json& message) {
    std::string text = to_text(message);
    text += '\0';
    return text;
}

}  // namespace

const char* to_string(Errc errc) {
    switch (errc) {
        case Errc::ok:
            return "no error";
        case Errc::too_deep:
            return "the JSON is nested too deeply";
        case Errc::not_json:
            return "the message is not JSON in UTF-8";
        case Errc::not_an_object:
            return "the message is not a JSON object";
        case Errc::no_method:
            return "\"method\" is missing or no string";
        case Errc::bad_flag:
            return "\"more\", \"oneway\", \"upgrade\" or \"continues\" is not true or false";
        case Errc::bad_parameters:
            return "\"parameters\" is not an object";
        case Errc::bad_error:
            return "\"error\" is not a string";
    }
    return "unknown error";
}

Result<Call> parse_call(std::string_view text) {
    json object;
    if (const Errc errc = parse_object(text, object); errc != Errc::ok) return errc;
    const auto method = object.find("method");
    if (method == object.end() || !method->is_string()) return Errc::no_method;
    Call call;
    call.method = method->get<std::string>();
    const Errc errors[] = {
        read_flag(object, "oneway", call.oneway),
        read_flag(object, "more", call.more),
        read_flag(object, "upgrade", call.upgrade),
        read_parameters(object, call.parameters),
    };
    const auto* bad = std::ranges::find_if(errors, [](Errc errc) { return errc != Errc::ok; });
    if (bad != std::end(errors)) return *bad;
    return call;
}

Result<Reply> parse_reply(std::string_view text) {
    json object;
    if (const Errc errc = parse_object(text, object); errc != Errc::ok) return errc;
    Reply reply;
    if (const auto error = object.find("error"); error != object.end() && !error->is_null()) {
        if (!error->is_string()) return Errc::bad_error;
        reply.error = error->get<std::string>();
    }
    if (const Errc errc = read_flag(object, "continues", reply.continues); errc != Errc::ok)
        return errc;
    if (const Errc errc = read_parameters(object, reply.parameters); errc != Errc::ok) return errc;
    return reply;
}

std::string frame(const Call& call) {
    json message{{"method", call.method}, {"parameters", call.parameters}};
    if (call.oneway) message["oneway"] = true;
    if (call.more) message["more"] = true;
    if (call.upgrade) message["upgrade"] = true;
    return frame(message);
}

std::string frame(const Reply& reply) {
    json message{{"parameters", reply.parameters}};
    if (!reply.error.empty()) message["error"] = reply.error;
    if (reply.continues) message["continues"] = true;
    return frame(message);
}

std::string to_text(const json& value) {
    return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace avahid::varlink::wire
