#include "avahid/ops/log.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "avahid/ops/log_line.hpp"

namespace avahid::log {
namespace {

using ::testing::EndsWith;
using ::testing::MatchesRegex;
using ::testing::StartsWith;

/// The log goes into a pipe; read() gives what was written since.
class LogOutput : public ::testing::Test {
protected:
    LogOutput() {
        EXPECT_EQ(::pipe(pipe_), 0);
        set_output(pipe_[1]);
    }
    ~LogOutput() override {
        set_output(STDERR_FILENO);
        set_level(Level::info);
        ::close(pipe_[0]);
        if (pipe_[1] >= 0) ::close(pipe_[1]);
    }
    std::string read() {
        ::close(std::exchange(pipe_[1], -1));
        std::string text(65536, '\0');
        const auto got = ::read(pipe_[0], text.data(), text.size());
        text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
        return text;
    }
    int pipe_[2] = {-1, -1};
};

TEST_F(LogOutput, WritesOneLineWithTheTime) {
    info("host name is {}.local", "kitchen");
    EXPECT_THAT(read(), MatchesRegex("[0-9][0-9]:[0-9][0-9]:[0-9][0-9]\\.[0-9][0-9][0-9] "
                                     "host name is kitchen.local\n"));
}

TEST_F(LogOutput, DropsLinesAboveTheLevel) {
    set_level(Level::warning);
    debug("{}", 1);
    info("{}", 2);
    warning("{}", 3);
    error("{}", 4);
    EXPECT_THAT(read(), MatchesRegex("[0-9:.]+ warning: 3\n[0-9:.]+ error: 4\n"));
    EXPECT_FALSE(is_on(Level::info));
    EXPECT_TRUE(is_on(Level::error));
}

TEST_F(LogOutput, RecognisesTheJournalByItsFile) {
    struct stat info_of_pipe {};
    ASSERT_EQ(::fstat(pipe_[1], &info_of_pipe), 0);
    const auto stream = fmt::format("{}:{}", info_of_pipe.st_dev, info_of_pipe.st_ino);
    ::setenv("JOURNAL_STREAM", stream.c_str(), 1);
    set_output(pipe_[1]);
    warning("full");
    ::setenv("JOURNAL_STREAM", "1:2", 1);  // inherited, but stderr was redirected since
    set_output(pipe_[1]);
    warning("full");
    ::unsetenv("JOURNAL_STREAM");
    EXPECT_THAT(read(), MatchesRegex("<4>full\n[0-9:.]+ warning: full\n"));
}

TEST_F(LogOutput, HostileNamesNeverReachTheTerminal) {  // RFC6763-§15-01
    info("{}", "evil\x1b[2J\n12:00:00.000 error: forged");
    EXPECT_THAT(read(), EndsWith(" evil\\x1b[2J\\x0a12:00:00.000 error: forged\n"));
}

TEST_F(LogOutput, HostileNamesAreNoFormats) {
    info("{}", "%n%s%x {} {0} {:d}");
    EXPECT_THAT(read(), EndsWith(" %n%s%x {} {0} {:d}\n"));
}

TEST_F(LogOutput, AClosedOutputIsNoReasonToStop) {
    const int closed = ::dup(pipe_[1]);
    ::close(closed);
    set_output(closed);
    error("nobody hears this");
    EXPECT_EQ(read(), "");
}

TEST(LogLine, EscapesWhatIsNotPlainText) {
    EXPECT_EQ(escaped("caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \\"),
              "caf\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80 \\");
    EXPECT_EQ(escaped("\t\r\n\x7f"), "\\x09\\x0d\\x0a\\x7f");
    EXPECT_EQ(escaped("\xC2\x9B"
                      "31m"),
              "\\xc2\\x9b31m");  // C1: CSI as one character
    EXPECT_EQ(escaped("a\xE2\x80\xAE"
                      "b"),
              "a\\xe2\\x80\\xaeb");                         // right-to-left override
    EXPECT_EQ(escaped("\xE2\x80\xA8"), "\\xe2\\x80\\xa8");  // line separator
    EXPECT_EQ(escaped("a\xFF\xC3"
                      "b"),
              "a\\xff\\xc3"
              "b");                                         // no UTF-8
    EXPECT_EQ(escaped("\xED\xA0\x80"), "\\xed\\xa0\\x80");  // a surrogate
    EXPECT_EQ(escaped(std::string_view("\0x", 2)), "\\x00x");
}

TEST(LogLine, JournalPriorities) {
    const auto line = [](Level level) { return make_line(level, Style::journal, {}, "x"); };
    EXPECT_EQ(line(Level::error), "<3>x\n");
    EXPECT_EQ(line(Level::warning), "<4>x\n");
    EXPECT_EQ(line(Level::info), "<6>x\n");
    EXPECT_EQ(line(Level::debug), "<7>x\n");
}

TEST(LogLine, IsCutToOneWriteBetweenCharacters) {
    for (const std::string unit : {"x", "\xC3\xA9", "\xE2\x82\xAC", "\x1b"}) {
        for (std::size_t shift = 0; shift < 4; ++shift) {
            std::string text(shift, 'a');
            while (text.size() < 3 * max_line) text += unit;
            const auto line = make_line(Level::error, Style::journal, {}, text);
            EXPECT_LE(line.size(), max_line);
            EXPECT_THAT(line, EndsWith("...\n"));
            EXPECT_EQ(escaped(line.substr(0, line.size() - 1)) + "\n", line);  // still UTF-8
        }
    }
}

}  // namespace
}  // namespace avahid::log
