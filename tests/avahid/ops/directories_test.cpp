#include "avahid/ops/directories.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

namespace avahid::ops {
namespace {

class Directories : public ::testing::Test {
protected:
    Directories() {
        std::string name = testing::TempDir() + "avahid-directories-XXXXXX";
        root_ = ::mkdtemp(name.data());
        if (::geteuid() == 0) owner_ = {"somebody", 12345, 12346};
    }
    ~Directories() override {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }
    struct stat info(const std::string& path) {
        struct stat info {};
        EXPECT_EQ(::lstat((root_ + path).c_str(), &info), 0) << path;
        return info;
    }
    std::string root_;
    Identity owner_{"me", ::getuid(), ::getgid()};
};

TEST_F(Directories, MakesParentsAndGivesTheFolderToTheUser) {
    const auto before = ::umask(0077);  // modes must not depend on it
    ASSERT_TRUE(prepare_directory({root_ + "/a/b/c/", 0750}, owner_));
    ::umask(before);
    EXPECT_EQ(info("/a/b/c").st_uid, owner_.uid);
    EXPECT_EQ(info("/a/b/c").st_gid, owner_.gid);
    EXPECT_EQ(info("/a/b/c").st_mode & 07777u, 0750u);
    EXPECT_EQ(info("/a/b").st_uid, ::geteuid());
    EXPECT_TRUE(prepare_directory({root_ + "/a/b/c", 0755}, owner_));  // again, with another mode
    EXPECT_EQ(info("/a/b/c").st_mode & 07777u, 0755u);
}

TEST_F(Directories, ANamedFolderThatIsInUseIsNotTaken) {
    std::ofstream(root_ + "/file") << "x";
    ::chmod(root_.c_str(), 0711);
    ASSERT_TRUE(prepare_directory({root_, 0755}, owner_));
    EXPECT_EQ(info("").st_uid, ::geteuid());
    EXPECT_EQ(info("").st_mode & 07777u, 0711u);
    ASSERT_TRUE(prepare_directory({root_, 0755, /*ours=*/true}, owner_));
    EXPECT_EQ(info("").st_uid, owner_.uid);
    EXPECT_EQ(info("").st_mode & 07777u, 0755u);
}

TEST_F(Directories, WhatIsRightAlreadyIsNotTouched) {
    ASSERT_TRUE(prepare_directory({root_ + "/state", 0700, true}, owner_));
    const auto before = info("/state").st_ctim;
    ASSERT_TRUE(prepare_directory({root_ + "/state", 0700, true}, owner_));
    EXPECT_EQ(info("/state").st_ctim.tv_nsec, before.tv_nsec);
    EXPECT_EQ(info("/state").st_ctim.tv_sec, before.tv_sec);
}

TEST_F(Directories, RefusesLinksAndFiles) {
    std::filesystem::create_directory_symlink("/etc", root_ + "/link");
    const auto link = prepare_directory({root_ + "/link", 0755, true}, owner_);
    ASSERT_FALSE(link);
    EXPECT_EQ(link.error(), boost::system::errc::not_a_directory);
    std::ofstream(root_ + "/file") << "x";
    EXPECT_FALSE(prepare_directory({root_ + "/file", 0755, true}, owner_));
    EXPECT_FALSE(prepare_directory({root_ + "/file/below", 0755, true}, owner_));
}

}  // namespace
}  // namespace avahid::ops
