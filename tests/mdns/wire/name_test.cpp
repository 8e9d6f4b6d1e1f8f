// Names as values: text, wire form, comparison, hash.
#include <gmock/gmock.h>

#include <algorithm>
#include <string>

#include "mdns/wire/escape.hpp"
#include "mdns/wire/siphash.hpp"
#include "tests/mdns/wire/bytes.hpp"

namespace mdns::wire::test {
namespace {

using testing::ElementsAreArray;

/// As many labels of 61 letters as fit, so that the wire form has exactly size bytes.
std::string name_of_size(std::size_t size) {
    std::string text;
    std::size_t left = size - 1;
    while (left > 0) {
        const std::size_t label = std::min<std::size_t>(left == 65 ? 62 : 63, left - 1);
        text += std::string(label, 'x') + ".";
        left -= label + 1;
    }
    return text;
}

Errc error_of(std::string_view text) {
    const Result<Name> parsed = Name::from_text(text);
    return parsed ? Errc::ok : parsed.error();
}

TEST(WireName, TextAndWireFormBothWays) {
    const Name host = name("beta.local");
    EXPECT_THAT(buffer(host.wire()), ElementsAreArray(bytes("'beta' 'local' 00")));
    EXPECT_EQ(host.to_text(), "beta.local");
    EXPECT_EQ(host.label_count(), 2U);
    EXPECT_EQ(host.label(0), "beta");
    EXPECT_EQ(host.label(1), "local");
    EXPECT_EQ(host.label(2), "");
    EXPECT_EQ(*Name::from_wire(host.wire()), host);
}

TEST(WireName, FinalDotMakesNoDifferenceAndRootIsADot) {
    EXPECT_EQ(name("beta.local."), name("beta.local"));
    for (const char* text : {"", "."}) {
        EXPECT_TRUE(name(text).is_root());
        EXPECT_THAT(buffer(name(text).wire()), ElementsAreArray(bytes("00")));
    }
    EXPECT_EQ(Name().to_text(), ".");
    EXPECT_EQ(Name().label(0), "");
    EXPECT_TRUE(Name().parent().is_root());
}

TEST(WireName, MovedFromNameIsTheRoot) {
    Name host = name("a-name-that-is-too-long-for-the-small-buffer.local");
    const Name moved = std::move(host);
    // NOLINTBEGIN(bugprone-use-after-move,clang-analyzer-cplusplus.Move): that is what is tested
    EXPECT_TRUE(host.is_root());
    EXPECT_EQ(host.to_text(), ".");
    // NOLINTEND(bugprone-use-after-move,clang-analyzer-cplusplus.Move)
}

TEST(WireName, EmptyLabelsAreRefused) {  // RFC6762-§C-02
    for (const char* text : {"bad..name", ".bad", "..", "bad..", "a...b"}) {
        EXPECT_EQ(error_of(text), Errc::bad_label) << text;
    }
    EXPECT_EQ(Name::from_labels({"a", "", "b"}).error(), Errc::bad_label);
    EXPECT_EQ(name("local").prepend("").error(), Errc::bad_label);
}

TEST(WireName, LabelsHaveAtMost63Bytes) {  // RFC6762-§C-02
    EXPECT_EQ(error_of(std::string(63, 'x') + ".local"), Errc::ok);
    EXPECT_EQ(error_of(std::string(64, 'x') + ".local"), Errc::bad_label);
    EXPECT_EQ(name("local").prepend(std::string(64, 'x')).error(), Errc::bad_label);
}

TEST(WireName, NamesHaveAtMost255BytesAndTheZero) {  // RFC6762-§C-01
    const Name longest = name(name_of_size(256));
    EXPECT_EQ(longest.wire().size(), 256U);
    EXPECT_EQ(*Name::from_wire(longest.wire()), longest);
    EXPECT_EQ(error_of(name_of_size(257)), Errc::name_too_long);
    EXPECT_EQ(name(name_of_size(255)).prepend("x").error(), Errc::name_too_long);
    EXPECT_EQ(name(name_of_size(254)).prepend("x")->wire().size(), 256U);
    EXPECT_EQ(longest.concat(name("x")).error(), Errc::name_too_long);
}

TEST(WireName, WireFormMustBeOneUncompressedName) {
    EXPECT_EQ(Name::from_wire({}).error(), Errc::truncated);
    EXPECT_EQ(Name::from_wire(bytes("'beta'")).error(), Errc::truncated);
    EXPECT_EQ(Name::from_wire(bytes("05 6162")).error(), Errc::truncated);
    EXPECT_EQ(Name::from_wire(bytes("'a' 00 'b' 00")).error(), Errc::bad_label);
    EXPECT_EQ(Name::from_wire(bytes("40 00")).error(), Errc::bad_label);
    EXPECT_EQ(Name::from_wire(bytes("'123456789012' c000")).error(), Errc::bad_pointer);
    Buffer long_label(66, 'x');
    long_label.front() = 64;
    long_label.back() = 0;
    EXPECT_EQ(Name::from_wire(long_label).error(), Errc::bad_label);
}

TEST(WireName, EscapesAreUnderstood) {  // RFC6763-§4.3-02 RFC6763-§4.3-03
    EXPECT_EQ(name("Dr\\. Pepper\\\\1._http._tcp.local").label(0), "Dr. Pepper\\1");
    EXPECT_EQ(name("My\\032Printer._ipp._tcp.local").label(0), "My Printer");
    EXPECT_EQ(name("a\\000b").label(0), std::string_view("a\0b", 3));
    EXPECT_EQ(name("\\255").label(0), "\xff");
    for (const char* text : {"a\\", "a\\1", "a\\12", "a\\12x", "a\\256", "a\\999.local"}) {
        EXPECT_EQ(error_of(text), Errc::bad_escape) << text;
    }
}

TEST(WireName, TextPastesBack) {  // RFC6763-§4.3-01
    std::string every_byte;
    for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
    for (std::size_t at = 0; at < every_byte.size(); at += 32) {
        const Name given = *Name::from_labels({every_byte.substr(at, 32), "A.B", "local"});
        const Name back = name(given.to_text());
        EXPECT_THAT(buffer(back.wire()), ElementsAreArray(given.wire())) << given.to_text();
    }
}

TEST(WireName, TextIsSafeOnATerminal) {
    EXPECT_EQ(escape_label("a.b\\c d\"e"), "a\\.b\\\\c d\"e");
    EXPECT_EQ(escape_label("\x1b[2J\n\x7f"), "\\027[2J\\010\\127");
    EXPECT_EQ(escape_label("Caf\u00e9 \u65e5\u672c \U0001f5a8"),
              "Caf\u00e9 \u65e5\u672c \U0001f5a8");
    EXPECT_EQ(escape_label("\xc2\x9b"
                           "2J"),
              "\\194\\1552J");  // U+009B: CSI in one character
    EXPECT_EQ(escape_label("\xc2\xa0"), "\xc2\xa0");
}

TEST(WireName, BytesThatAreNotUtf8ArePrintedAsNumbers) {
    for (const char* bad : {"\xff", "\x80", "\xc0\xaf", "\xc3", "\xe0\x80\xaf", "\xed\xa0\x80",
                            "\xf0\x80\x80\xaf", "\xf4\x90\x80\x80", "\xe2\x82", "\xc3(", "\xf8"}) {
        const std::string text = escape_label(bad);
        EXPECT_TRUE(std::ranges::none_of(text, [](char c) { return c < 0; })) << text;
    }
    // One wrong byte and the whole label is taken for bytes.
    EXPECT_EQ(escape_label("\xc3\xa9\xff"), "\\195\\169\\255");
}

TEST(WireName, OnlyAsciiLettersCompareWithoutCase) {  // RFC6762-§16-04
    EXPECT_EQ(name("MyPrinter.local"), name("MYPRINTER.LOCAL"));
    EXPECT_NE(name("\u00e9.local"), name("\u00c9.local"));
    EXPECT_NE(name("\u00e9.local"), name("e.local"));
    EXPECT_NE(name("a[.local"), name("a{.local"));  // next to the letters, 0x20 apart
    EXPECT_NE(name("a@.local"), name("a`.local"));
    EXPECT_NE(name("ab.local"), name("a.b.local"));
    EXPECT_NE(name("a.local"), name("a.locals"));
}

TEST(WireName, ByteOrderMarkIsAnOrdinaryCharacter) {  // RFC6762-§16-02
    const Name marked = name("\xef\xbb\xbfhost.local");
    EXPECT_EQ(marked.label(0), "\xef\xbb\xbfhost");
    EXPECT_NE(marked, name("host.local"));
}

TEST(WireName, LetterCaseIsKept) {  // RFC6762-§16-06
    EXPECT_EQ(name("MyPrinter.Local").to_text(), "MyPrinter.Local");
}

TEST(WireName, PrependConcatParent) {
    EXPECT_EQ(name("local").prepend("A.B")->to_text(), "A\\.B.local");
    EXPECT_EQ(*name("web._http._tcp").concat(name("local")), name("web._http._tcp.local"));
    EXPECT_EQ(*Name().concat(name("local")), name("local"));
    EXPECT_EQ(name("web._http._tcp.local").parent(), name("_http._tcp.local"));
    EXPECT_TRUE(name("local").parent().is_root());
}

TEST(WireName, EndsWithWholeLabelsOnly) {
    EXPECT_TRUE(name("beta.LOCAL").ends_with(name("local")));
    EXPECT_TRUE(name("local").ends_with(name("local")));
    EXPECT_TRUE(name("beta.local").ends_with(Name()));
    EXPECT_FALSE(name("local").ends_with(name("beta.local")));
    EXPECT_FALSE(name("betalocal").ends_with(name("local")));
    // "\005local" inside a label looks like the suffix, but begins in the middle of it.
    EXPECT_FALSE(name("x\\005local").ends_with(name("local")));
}

TEST(WireName, HashIgnoresCaseAndDependsOnKeyAndLabels) {
    const HashKey key{1, 2};
    EXPECT_EQ(hash(name("MyPrinter.local"), key), hash(name("myprinter.LOCAL"), key));
    EXPECT_NE(hash(name("myprinter.local"), key), hash(name("myprinter.local"), HashKey{1, 3}));
    EXPECT_NE(hash(name("myprinter.local"), key), hash(name("myprinter.local"), HashKey{2, 2}));
    EXPECT_NE(hash(name("ab.c"), key), hash(name("a.bc"), key));
    EXPECT_NE(hash(name("\u00e9"), key), hash(name("\u00c9"), key));
}

// Values of an independent implementation that agrees with the published SipHash-2-4 vector and
// with CPython's siphash13.
TEST(WireSipHash, KnownVectors) {
    const HashKey key{0x0706050403020100, 0x0f0e0d0c0b0a0908};
    Buffer input;
    const auto of_size = [&](std::size_t size) {
        input.clear();
        for (std::size_t i = 0; i < size; ++i) input.push_back(static_cast<std::uint8_t>(i));
        return siphash13(input, key);
    };
    EXPECT_EQ(of_size(0), 0xabac0158050fc4dc);
    EXPECT_EQ(of_size(1), 0xc9f49bf37d57ca93);
    EXPECT_EQ(of_size(7), 0xd3927d989bb11140);
    EXPECT_EQ(of_size(8), 0x369095118d299a8e);
    EXPECT_EQ(of_size(15), 0xd320d86d2a519956);
    EXPECT_EQ(of_size(33), 0x4d54b9e57a8ff9bf);
}

}  // namespace
}  // namespace mdns::wire::test
