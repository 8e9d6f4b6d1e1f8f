// avahid/dbus/resolver.hpp: a question to the session and its answers, told in two ways: by an
// object with the signals Found and Failure (…ResolverNew, …ResolverPrepare), or by the reply to a
// call (Resolve…). What is asked and what an answer says is the Question's:
//
//     struct Question {
//         static constexpr const char* kind = "HostNameResolver";   // of the object: its path
//         static constexpr const char* interface = avahi::host_name_resolver;
//         static constexpr std::chrono::milliseconds patience{5000};  // 0: the session's own
//         using Values = std::tuple<…>;                  // of Found, and of the reply
//         static const Arguments& arguments();           // of the call
//         static const Arguments& values();              // their names
//         using Answers = …;                             // made of a Question; its on_event(event,
//                                                        // client) says what an event means
//         session::Result<Handle> ask(session, client, now) const;
//         void read(Call&); Error check() const;
//     };
#pragma once

#include <chrono>
#include <string>
#include <tuple>
#include <utility>
#include <variant>

#include "avahid/dbus/lookup.hpp"
#include "avahid/dbus/object.hpp"

namespace avahid::dbus {

/// What an event means to who waits for an answer: nothing, that there is none, or the answer.
template <class Values>
using Outcome = std::variant<std::monostate, Error, Values>;

/// What both ways share.
template <class Question, class Base>
class Asking : public Base {
protected:
    template <class... Rest>
    explicit Asking(Question question, Client& client, Rest&&... rest)
        : Base(client, std::forward<Rest>(rest)...),
          question_(std::move(question)),
          answers_(question_),
          timeout_(this->context().io) {}

    virtual void tell(const typename Question::Values& values) = 0;
    virtual void fail(Error error) = 0;

    void ask() {
        const auto handle = question_.ask(this->session(), this->client_id(), this->now());
        if (!handle) return fail(error_of_lookup(handle.error()));
        this->own(*handle);
        if (Question::patience == std::chrono::milliseconds::zero()) return;
        timeout_.set(Question::patience, [this, &context = this->context()] {
            if (!told_) fail(Error::timeout);
            context.soon();
        });
    }

private:
    void on_event(Instant, const dnssd::Event& event) override {
        const auto outcome = answers_.on_event(event, this->client());
        if (const auto* error = std::get_if<Error>(&outcome)) return fail(*error);
        const auto* values = std::get_if<typename Question::Values>(&outcome);
        if (values == nullptr) return;
        told_ = true;
        tell(*values);
    }

    Question question_;
    typename Question::Answers answers_;
    Timeout timeout_;
    bool told_ = false;
};

/// The object: tells each answer.
template <class Question>
class Resolver final : public Asking<Question, Object> {
public:
    using Request = Question;
    Resolver(Client& client, Request request)
        : Asking<Question, Object>(std::move(request), client, Question::kind, interface()) {}

private:
    static const Interface& interface() {
        static const Interface table{
            Question::interface,
            Object::free_and_start(),
            {{"Found", Question::values()}, {"Failure", {"s", {"error"}}}}};
        return table;
    }
    void start() override { this->ask(); }
    void tell(const typename Question::Values& values) override {
        std::apply([this](const auto&... each) { this->emit("Found", each...); }, values);
    }
    void fail(Error error) override { this->emit("Failure", std::string(name_of(error))); }
};

/// The call: over with the first answer.
template <class Question>
class ResolveCall final : public Asking<Question, Activity> {
public:
    using Request = Question;
    ResolveCall(Client& client, const Call& call, Request request)
        : Asking<Question, Activity>(std::move(request), client), call_(call) {}
    void start() { this->ask(); }

private:
    void tell(const typename Question::Values& values) override {
        std::apply([this](const auto&... each) { call_.reply(each...); }, values);
        this->end();
    }
    void fail(Error error) override {
        call_.fail(error);
        this->end();
    }

    Call call_;
};

}  // namespace avahid::dbus
