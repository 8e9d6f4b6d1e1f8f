#include "avahid/config/service_file.hpp"

#include "matchers.hpp"

namespace avahid::config {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr std::string_view printer = R"(<?xml version="1.0" standalone='no'?><!--*-nxml-*-->
<!DOCTYPE service-group SYSTEM "avahi-service.dtd">
<!-- a comment -->
<service-group>
  <name replace-wildcards="yes">Printer on %h</name>
  <service>
    <type>_printer._tcp</type>
    <port>515</port>
  </service>
  <service protocol="ipv6">
    <type>_ipp._tcp</type>
    <subtype>_colour._sub._ipp._tcp</subtype>
    <subtype>_Duplex._SUB._IPP._tcp</subtype>
    <domain-name>local</domain-name>
    <host-name>quux.local</host-name>
    <port> 631 </port>
    <txt-record>txtvers=1</txt-record>
    <txt-record>note=Caf&#xE9; &amp; Bar &lt;1&gt;</txt-record>
    <txt-record><![CDATA[raw=<&>]]></txt-record>
    <txt-record value-format="binary-hex">key=76616C7565</txt-record>
    <txt-record value-format="binary-base64">key=AP8=</txt-record>
    <txt-record></txt-record>
    <interface>eth0</interface>
    <priority>1</priority>
    <weight>2</weight>
  </service>
</service-group>
)";

std::vector<std::string> problems(std::string_view text) {
    const auto parsed = parse_service_file(text, "x.service");
    EXPECT_EQ(parsed.group.has_value(), !has_errors(parsed.diagnostics));
    return lines(parsed.diagnostics);
}

/// A whole file around the inside of <service>; its lines begin at line 3.
std::string file(const std::string& service, const std::string& name = "<name>N</name>") {
    return "<service-group>" + name + "\n<service>\n" + service + "\n</service>\n</service-group>";
}
const std::string plain = "<type>_http._tcp</type><port>80</port>";

StaticService only_service(const std::string& inside) {
    auto parsed = parse_service_file(file(inside), "f");
    EXPECT_THAT(lines(parsed.diagnostics), IsEmpty());
    if (!parsed.group || parsed.group->services.size() != 1) {
        ADD_FAILURE() << "not one service";
        return {};
    }
    return parsed.group->services[0];
}

TEST(ServiceFile, ReadsEveryTag) {
    const auto parsed = parse_service_file(printer, "f");
    EXPECT_THAT(lines(parsed.diagnostics), IsEmpty());
    ASSERT_TRUE(parsed.group);
    StaticService lpd;
    lpd.type = "_printer._tcp";
    lpd.port = 515;
    StaticService ipp{.type = "_ipp._tcp",
                      .subtypes = {"_colour._sub._ipp._tcp", "_Duplex._SUB._IPP._tcp"},
                      .protocol = Protocol::ipv6,
                      .interface = "eth0",
                      .domain = "local",
                      .host = "quux.local",
                      .port = 631,
                      .priority = 1,
                      .weight = 2,
                      .txt = {"txtvers=1", "note=Caf\xC3\xA9 & Bar <1>", "raw=<&>", "key=value",
                              std::string("key=\0\xFF", 6)}};
    EXPECT_EQ(*parsed.group, (ServiceGroup{"Printer on %h", true, {lpd, ipp}}));
}

TEST(ServiceFile, NamesAreTakenAsWritten) {
    const auto parsed = parse_service_file(file(plain, "<name> %h \xE2\x82\xAC. </name>"), "f");
    ASSERT_TRUE(parsed.group);
    EXPECT_EQ(parsed.group->name, " %h \xE2\x82\xAC. ");
    EXPECT_EQ(instance_name(*parsed.group, "host"),
              " %h \xE2\x82\xAC. ");  // no wildcards asked for
}

TEST(ServiceFile, WildcardsStandForTheHostName) {
    const ServiceGroup group{"%h and %h, 100%", true, {}};
    EXPECT_EQ(instance_name(group, "alpha"), "alpha and alpha, 100%");
    // 63 bytes at most, RFC 6763 §4.1.1; never half a character.
    EXPECT_EQ(instance_name({"%h", true, {}}, std::string(62, 'a') + "\xC3\xA9"),
              std::string(62, 'a'));
    EXPECT_EQ(instance_name({"x%h", true, {}}, std::string(63, 'a')), "x" + std::string(62, 'a'));
}

TEST(ServiceFile, TakesTypesThatAvahiTakesWithAWarning) {
    EXPECT_THAT(
        problems(file("<type>_a-name-of-over-15-bytes._TCP</type><port>0</port>")),
        ElementsAre(HasSubstr("warning x.service:3: <type> '_a-name-of-over-15-bytes._TCP'")));
    EXPECT_THAT(problems(file("<type>_under_score._udp</type><port>0</port>")), SizeIs(1));
    EXPECT_THAT(problems(file("<type>_x._udp</type><port>0</port>")), IsEmpty());
}

TEST(ServiceFile, APortMayBeMissingAsInAvahi) {
    EXPECT_THAT(problems(file("<type>_device-info._tcp</type>")),
                ElementsAre("warning x.service:2: <service> lacks a <port>; taken as 0"));
    // One service's port is not another's.
    EXPECT_THAT(problems(file(plain + "</service>\n<service><type>_b._tcp</type>")),
                ElementsAre("warning x.service:4: <service> lacks a <port>; taken as 0"));
}

TEST(ServiceFile, PortsAreSixteenBits) {
    EXPECT_EQ(only_service("<type>_a._tcp</type><port>65535</port>").port, 65535);
    for (const auto* bad : {"65536", "-1", "", "80a", "0x50", "99999999999999999999"})
        EXPECT_THAT(problems(file("<type>_a._tcp</type>\n<port>" + std::string(bad) + "</port>")),
                    ElementsAre("error x.service:4: <port> '" + std::string(bad) +
                                "' is not a number from 0 to 65535"));
}

TEST(ServiceFile, TextStringsHaveAtMost255Bytes) {
    const std::string longest = "k=" + std::string(253, 'v');
    EXPECT_THAT(only_service(plain + "<txt-record>" + longest + "</txt-record>").txt,
                ElementsAre(longest));
    EXPECT_THAT(problems(file(plain + "\n<txt-record>" + longest + "v</txt-record>")),
                ElementsAre("error x.service:4: <txt-record> is longer than 255 bytes"));
}

TEST(ServiceFile, TextRecordsFitAPacket) {  // RFC6763-§6.1-04
    std::string many;
    for (int i = 0; i < 36; ++i) many += "<txt-record>" + std::string(250, 'v') + "</txt-record>";
    EXPECT_THAT(problems(file(plain + many)),
                ElementsAre("error x.service:2: its <txt-record>s together exceed 8900 bytes"));
}

TEST(ServiceFile, EncodedValuesAreChecked) {
    const auto record = [](const std::string& format, const std::string& text) {
        return file(plain + "<txt-record value-format=\"" + format + "\">" + text +
                    "</txt-record>");
    };
    for (const auto* bad : {"k=7", "k=0x76", "k=zz"})
        EXPECT_THAT(problems(record("binary-hex", bad)),
                    ElementsAre("error x.service:3: <txt-record> '" + std::string(bad) +
                                "' is not valid hexadecimal"));
    for (const auto* bad : {"k=dmF", "k=dmF*", "k====", "k=dm=m"})
        EXPECT_THAT(problems(record("binary-base64", bad)),
                    ElementsAre("error x.service:3: <txt-record> '" + std::string(bad) +
                                "' is not valid base64"));
    EXPECT_THAT(
        problems(record("hex", "k=00")),
        ElementsAre("error x.service:3: value-format='hex' in <txt-record> is none of: text, "
                    "binary-hex, binary-base64"));
    EXPECT_THAT(only_service(plain + "<txt-record value-format='binary-hex'>flag</txt-record>").txt,
                ElementsAre("flag"));
    EXPECT_THAT(only_service(plain + "<txt-record value-format='binary-hex'>k=</txt-record>").txt,
                ElementsAre("k="));
}

struct BadFile {
    std::string text;
    std::string problem;
};

class BadServiceFile : public ::testing::TestWithParam<BadFile> {};

TEST_P(BadServiceFile, IsToldWithFileAndLine) {
    EXPECT_THAT(problems(GetParam().text), ElementsAre("error x.service" + GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadServiceFile,
    ::testing::Values(
        BadFile{"", ": holds no <service-group>"},
        BadFile{"<!-- nothing -->", ": holds no <service-group>"},
        BadFile{"\n<services/>", ":2: expected <service-group>, found <services>"},
        BadFile{"\n\n<service-group><name>", ":3: not well-formed XML: Start-end tags mismatch"},
        BadFile{"<service-group>\n</service>", ":2: not well-formed XML: Start-end tags mismatch"},
        BadFile{"<service-group>\n<name a=></name>",
                ":2: not well-formed XML: Error parsing element attribute"},
        BadFile{"junk" + file(plain), ":1: text 'junk' outside any tag"},
        BadFile{file(plain) + "\n<service-group/>", ":6: a second root tag <service-group>"},
        BadFile{file(plain, ""), ":1: <service-group> lacks a <name>"},
        BadFile{file(plain, "<name></name>"), ":1: <name> is empty"},
        BadFile{file(plain, "<name>a</name>\n<name>b</name>"), ":2: a second <name>"},
        BadFile{file(plain, "<name>a\nb</name>"), ":1: <name> holds control characters"},
        BadFile{file(plain, "<name>" + std::string(64, 'n') + "</name>"),
                ":1: <name> is longer than 63 bytes"},
        BadFile{file(plain, "<name>a<b>bold</b></name>"), ":1: <b> inside <name>"},
        BadFile{file(plain, "<name wildcards='yes'>a</name>"),
                ":1: unknown attribute 'wildcards' in <name>"},
        BadFile{file(plain, "<name replace-wildcards='maybe'>a</name>"),
                ":1: replace-wildcards='maybe' in <name> is none of: no, yes"},
        BadFile{file(plain, "<nam/><name>a</name>"), ":1: unknown tag <nam> in <service-group>"},
        BadFile{"<service-group>\n<name>a</name></service-group>",
                ":1: <service-group> lacks a <service>"},
        BadFile{file("<port>80</port>"), ":2: <service> lacks a <type>"},
        BadFile{file("<type></type><port>80</port>"),
                ":3: <type> '' is not of the form _name._tcp or _name._udp"},
        BadFile{file("<type>http</type><port>80</port>"),
                ":3: <type> 'http' is not of the form _name._tcp or _name._udp"},
        BadFile{file("<type>_http._sctp</type><port>80</port>"),
                ":3: <type> '_http._sctp' is not of the form _name._tcp or _name._udp"},
        BadFile{file("<type>_http._tcp.local</type><port>80</port>"),
                ":3: <type> '_http._tcp.local' is not of the form _name._tcp or _name._udp"},
        BadFile{file(plain + "\n<subtype>_x._sub._ipp._tcp</subtype>"),
                ":4: <subtype> '_x._sub._ipp._tcp' is not of the form _name._sub._http._tcp"},
        BadFile{file(plain + "\n<subtype>_x</subtype>"),
                ":4: <subtype> '_x' is not of the form _name._sub._http._tcp"},
        BadFile{file(plain + "\n<port>81</port>"), ":4: a second <port> in one <service>"},
        BadFile{file(plain + "\n<host-name>host</host-name>"),
                ":4: <host-name> 'host' is not complete, such as 'printer.local'"},
        BadFile{file(plain + "\n<host-name>a..b</host-name>"),
                ":4: <host-name> 'a..b' is not a domain name"},
        BadFile{file(plain + "\n<interface>eth0/1</interface>"),
                ":4: <interface> 'eth0/1' names no interface"},
        BadFile{file(plain + "\n<txt-record>=x</txt-record>"),
                ":4: <txt-record> '=x': a TXT key has at least one character before the \"=\""},
        BadFile{file(plain + "\n<txt-record>a\tb=x</txt-record>"),
                ":4: <txt-record> 'a\\x09b=x': a TXT key has only printable US-ASCII characters"},
        BadFile{file(plain + "\n<txt-record>k\u00E9y=x</txt-record>"),
                ":4: <txt-record> 'k\u00E9y=x': a TXT key has only printable US-ASCII characters"},
        BadFile{file(plain + "\n<colour>red</colour>"), ":4: unknown tag <colour> in <service>"},
        BadFile{file(plain + "\n<weight>65536</weight>"),
                ":4: <weight> '65536' is not a number from 0 to 65535"},
        BadFile{"<service-group><name>a</name>\n<service protocol='ipx'>" + plain +
                    "</service></service-group>",
                ":2: protocol='ipx' in <service> is none of: any, ipv4, ipv6"},
        BadFile{file(plain, "<name>a & b</name>"),
                ":1: '& b' is no character; write '&amp;' for '&'"},
        BadFile{file(plain, "<name>a&#0;</name>"),
                ":1: '&#0;' is no character; write '&amp;' for '&'"},
        BadFile{file(plain, "<name>a&#xD800;</name>"),
                ":1: '&#xD800;' is no character; write '&amp;' for '&'"},
        BadFile{"<service-group>\n<name>\xFF</name>", ":2: not valid UTF-8 text"},
        BadFile{"<service-group>\n\n<name>\x01</name>", ":3: not valid UTF-8 text"},
        BadFile{std::string("<service-group>\n\0", 17), ":2: not valid UTF-8 text"},
        BadFile{"\xFF\xFE<", ":1: not valid UTF-16 text"},
        BadFile{std::string("\xFE\xFF\xDC\x00\x00<", 6), ":1: not valid UTF-16 text"},
        BadFile{"<?xml version='1.0' encoding='KOI8-R'?><service-group/>",
                ":1: encoding 'KOI8-R' is not known; write UTF-8"},
        BadFile{"<service-group><name>a</name>\n<service weight='x'>" + plain +
                    "</service></service-group>",
                ":2: <weight> 'x' is not a number from 0 to 65535"},
        BadFile{file(plain + "</service><service protocol='ipv4'>" + plain),
                ":1: a second <service> of type '_http._tcp'"},
        BadFile{std::string((1 << 20) + 1, ' '), ": is larger than 1 MiB"}));

TEST(ServiceFile, InterfacePriorityAndWeightMayBeAttributes) {
    const auto parsed = parse_service_file(
        "<service-group><name>N</name><service interface='eth1' priority='3' weight='4'>" + plain +
            "</service></service-group>",
        "f");
    ASSERT_TRUE(parsed.group);
    const StaticService& service = parsed.group->services[0];
    EXPECT_EQ(service.interface, "eth1");
    EXPECT_EQ(service.priority, 3);
    EXPECT_EQ(service.weight, 4);
}

TEST(ServiceFile, OneTypeMayComeTwiceOnDifferentLinks) {
    EXPECT_THAT(
        problems("<service-group><name>N</name><service protocol='ipv4'>" + plain +
                 "</service><service protocol='ipv6'>" + plain + "</service></service-group>"),
        IsEmpty());
    EXPECT_THAT(
        problems("<service-group><name>N</name><service interface='eth0'>" + plain +
                 "</service><service interface='eth1'>" + plain + "</service></service-group>"),
        IsEmpty());
}

// Avahi's parser knows these, too.
TEST(ServiceFile, OtherEncodingsAreReadWhenTheySaySo) {
    const std::string inside =
        "<service-group><name>B\xFCro</name><service>" + plain + "</service></service-group>";
    const auto latin =
        parse_service_file("<?xml version='1.0' encoding=\"iso-8859-1\"?>" + inside, "f");
    ASSERT_TRUE(latin.group);
    EXPECT_EQ(latin.group->name, "B\xC3\xBCro");
    for (const bool big : {true, false}) {
        std::string wide = big ? "\xFE\xFF" : "\xFF\xFE";
        const auto add = [&](unsigned unit) {
            const char high = static_cast<char>(unit >> 8), low = static_cast<char>(unit & 0xFF);
            wide += big ? high : low;
            wide += big ? low : high;
        };
        for (const char c : "<service-group><name>" + std::string(1, '\xFC'))
            add(static_cast<unsigned char>(c));
        add(0xD83D);  // U+1F5A8, as a pair
        add(0xDDA8);
        for (const char c : "</name><service>" + plain + "</service></service-group>")
            add(static_cast<unsigned char>(c));
        const auto parsed = parse_service_file(wide, "f");
        ASSERT_TRUE(parsed.group);
        EXPECT_EQ(parsed.group->name, "\xC3\xBC\xF0\x9F\x96\xA8");
    }
    EXPECT_THAT(problems("<?xml version='1.0' encoding='UTF-8'?>" + inside),
                ElementsAre(HasSubstr(":1: not valid UTF-8 text")));
    EXPECT_THAT(problems("\xEF\xBB\xBF" + file(plain)), IsEmpty());  // with a byte order mark
}

TEST(ServiceFile, EveryProblemOfAFileIsTold) {
    EXPECT_THAT(
        problems(file("<type>http</type>\n<port>x</port>\n<txt-record a='b'>k</txt-record>")),
        ElementsAre(HasSubstr(":3: <type>"), HasSubstr(":4: <port>"),
                    HasSubstr(":5: unknown attribute 'a' in <txt-record>")));
}

TEST(ServiceFile, TextBetweenTagsIsOnlyAWarning) {
    EXPECT_THAT(problems(file(plain + "\nstray")),
                ElementsAre(HasSubstr("warning x.service:3: text 'stray' outside any tag")));
}

TEST(ServiceFile, EntitiesOfItsOwnDoNotExistAndCannotGrow) {
    const std::string bomb =
        "<!DOCTYPE x [\n<!ENTITY a \"aaaaaaaaaa\">\n<!ENTITY b \"&a;&a;&a;&a;\">\n"
        "<!ENTITY f SYSTEM \"file:///etc/passwd\">\n]>\n";
    EXPECT_THAT(problems(bomb + file(plain, "<name>&b;</name>")),
                ElementsAre("error x.service:6: '&b;' is no character; write '&amp;' for '&'"));
    EXPECT_THAT(problems(bomb + file(plain, "<name>&f;</name>")), SizeIs(1));
}

TEST(ServiceFile, DeepNestingIsJustAMistake) {
    std::string deep = "<service-group>";
    for (int i = 0; i < 100'000; ++i) deep += "<a>";
    EXPECT_THAT(problems(deep), SizeIs(1));
    for (int i = 0; i < 100'000; ++i) deep += "</a>";
    EXPECT_THAT(problems(deep + "</service-group>"), SizeIs(3));  // no <a>, no name, no service
}

TEST(ServiceFile, EveryTruncationIsAnErrorOfThatFile) {
    const auto end = printer.rfind('>');
    for (std::size_t size = 0; size <= end; ++size)
        ASSERT_FALSE(parse_service_file(printer.substr(0, size), "f").group) << size;
}

TEST(ServiceFile, RandomChangesNeverDisturb) {
    std::mt19937 random{4};  // NOLINT(cert-msc32-c,cert-msc51-cpp)
    for (int i = 0; i < 20'000; ++i) {
        std::string text{printer};
        for (auto changes = random() % 6; changes > 0; --changes)
            text[random() % text.size()] = static_cast<char>(random());
        const auto parsed = parse_service_file(text, "f");
        ASSERT_EQ(parsed.group.has_value(), !has_errors(parsed.diagnostics)) << text;
    }
}

}  // namespace
}  // namespace avahid::config
