// avahid/dbus/errors.*: Avahi's names and words.
#include "avahid/dbus/errors.hpp"

#include <gmock/gmock.h>

#include <set>

namespace avahid::dbus {
namespace {

using testing::StrEq;

constexpr Error first = Error::success;
constexpr Error last = Error::no_change;

TEST(DbusErrors, EachHasANameAndWordsOfItsOwn) {
    std::set<std::string> names;
    std::set<std::string> messages;
    int count = 0;
    for (int i = static_cast<int>(first); i <= static_cast<int>(last); ++i, ++count) {
        names.insert(name_of(static_cast<Error>(i)));
        messages.insert(message_of(static_cast<Error>(i)));
    }
    EXPECT_EQ(names.size(), count);
    EXPECT_EQ(messages.size(), count);
}

TEST(DbusErrors, AreThoseThatLibavahiClientKnows) {
    EXPECT_THAT(name_of(Error::success), StrEq("org.freedesktop.Avahi.Success"));
    EXPECT_THAT(name_of(Error::failure), StrEq("org.freedesktop.Avahi.Failure"));
    EXPECT_THAT(name_of(Error::collision), StrEq("org.freedesktop.Avahi.CollisionError"));
    EXPECT_THAT(message_of(Error::collision), StrEq("Local name collision"));
    EXPECT_THAT(name_of(Error::no_change), StrEq("org.freedesktop.Avahi.NoChangeError"));
    // Not called what one would think.
    EXPECT_THAT(name_of(Error::access_denied), StrEq("org.freedesktop.DBus.Error.AccessDenied"));
    EXPECT_THAT(name_of(Error::invalid_protocol),
                StrEq("org.freedesktop.Avahi.InvalidInterfaceProtocolError"));
    EXPECT_THAT(name_of(Error::invalid_configuration),
                StrEq("org.freedesktop.Avahi.InvalidConfigurationError"));
}

TEST(DbusErrors, OfTheSessionHaveAMeaningThere) {
    EXPECT_EQ(error_of(session::Errc::ok), Error::success);
    EXPECT_EQ(error_of(session::Errc::too_many_clients), Error::too_many_clients);
    EXPECT_EQ(error_of(session::Errc::too_many_objects), Error::too_many_objects);
    EXPECT_EQ(error_of(session::Errc::collision), Error::collision);
    EXPECT_EQ(error_of(session::Errc::not_permitted), Error::not_permitted);
    EXPECT_EQ(error_of(session::Errc::bad_type), Error::invalid_service_type);
}

}  // namespace
}  // namespace avahid::dbus
