#include "avahid/varlink/wire/message.hpp"

#include <gtest/gtest.h>

namespace avahid::varlink::wire {
namespace {

using nlohmann::json;

Errc call_error(std::string_view text) {
    const auto call = parse_call(text);
    return call ? Errc::ok : call.error();
}

TEST(VarlinkMessage, ReadsACall) {
    const auto call = parse_call(
        R"({"method":"a.b.C","parameters":{"x":[1,{"y":null}]},"more":true,"oneway":null})");
    ASSERT_TRUE(call);
    EXPECT_EQ(call->method, "a.b.C");
    EXPECT_EQ(call->parameters, json::parse(R"({"x":[1,{"y":null}]})"));
    EXPECT_TRUE(call->more);
    EXPECT_FALSE(call->oneway);
    EXPECT_FALSE(call->upgrade);
}

TEST(VarlinkMessage, NeedsNoParameters) {
    EXPECT_EQ(parse_call(R"({"method":"a.B"})")->parameters, json::object());
    EXPECT_EQ(parse_call(R"({"method":"a.B","parameters":null})")->parameters, json::object());
}

TEST(VarlinkMessage, RefusesWhatIsNoCall) {
    EXPECT_EQ(call_error(""), Errc::not_json);
    EXPECT_EQ(call_error("{"), Errc::not_json);
    EXPECT_EQ(call_error("{\"method\":\"a.B\"} x"), Errc::not_json);
    EXPECT_EQ(call_error("{'method':1}"), Errc::not_json);
    EXPECT_EQ(call_error("{\"method\":\"a\xff\"}"), Errc::not_json);
    EXPECT_EQ(call_error(R"({"method":"\ud800"})"), Errc::not_json);
    EXPECT_EQ(call_error("[]"), Errc::not_an_object);
    EXPECT_EQ(call_error("null"), Errc::not_an_object);
    EXPECT_EQ(call_error("{}"), Errc::no_method);
    EXPECT_EQ(call_error(R"({"method":7})"), Errc::no_method);
    EXPECT_EQ(call_error(R"({"method":"a.B","more":"yes"})"), Errc::bad_flag);
    EXPECT_EQ(call_error(R"({"method":"a.B","oneway":1})"), Errc::bad_flag);
    EXPECT_EQ(call_error(R"({"method":"a.B","parameters":[1]})"), Errc::bad_parameters);
    EXPECT_EQ(call_error(R"({"method":"a.B","parameters":{"n":1e999}})"), Errc::not_json);
}

TEST(VarlinkMessage, RefusesDeepNestingOnly) {
    const auto nested = [](std::size_t depth) {
        return R"({"method":"a.B","parameters":{"x":)" + std::string(depth, '[') +
               std::string(depth, ']') + "}}";
    };
    EXPECT_EQ(call_error(nested(max_depth - 2)), Errc::ok);
    EXPECT_EQ(call_error(nested(max_depth - 1)), Errc::too_deep);
    EXPECT_EQ(call_error(std::string(60000, '[')), Errc::too_deep);
    // Brackets in text, also after a quote in it, are text.
    EXPECT_EQ(call_error(R"({"method":"a.B","parameters":{"x":"\"[[[[[[[[[[[[[[[[[[[[[[\\"}})"),
              Errc::ok);
}

TEST(VarlinkMessage, ReadsReplies) {
    const auto reply = parse_reply(R"({"parameters":{"a":1},"continues":true})");
    ASSERT_TRUE(reply);
    EXPECT_TRUE(reply->continues);
    EXPECT_EQ(reply->parameters["a"], 1);
    const auto error = parse_reply(R"({"error":"a.b.C"})");
    ASSERT_TRUE(error);
    EXPECT_EQ(error->error, "a.b.C");
    EXPECT_FALSE(error->continues);
    EXPECT_EQ(parse_reply(R"({"error":7})").error(), Errc::bad_error);
    EXPECT_EQ(parse_reply(R"({"continues":0})").error(), Errc::bad_flag);
}

TEST(VarlinkMessage, WritesWhatItReads) {
    Call call;
    call.method = "a.B";
    call.parameters = {{"k", "v"}};
    call.more = true;
    const std::string framed = frame(call);
    ASSERT_EQ(framed.back(), '\0');
    const auto again = parse_call(std::string_view(framed).substr(0, framed.size() - 1));
    ASSERT_TRUE(again);
    EXPECT_EQ(again->method, "a.B");
    EXPECT_EQ(again->parameters, call.parameters);
    EXPECT_TRUE(again->more);

    EXPECT_EQ(frame(Reply{.error = "x.Y", .parameters = {{"p", 1}}, .continues = false}),
              std::string("{\"error\":\"x.Y\",\"parameters\":{\"p\":1}}\0", 37));
    EXPECT_EQ(frame(Reply{.error = "", .parameters = json::object(), .continues = true}),
              std::string("{\"continues\":true,\"parameters\":{}}\0", 35));
}

TEST(VarlinkMessage, NeverWritesInvalidUtf8) {
    EXPECT_EQ(to_text(json("a\xff")), "\"a\xef\xbf\xbd\"");
}

}  // namespace
}  // namespace avahid::varlink::wire
