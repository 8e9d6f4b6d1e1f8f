#include "avahid/config/service_folder.hpp"

#include <filesystem>
#include <set>
#include <utility>

#include "avahid/config/read_file.hpp"

namespace avahid::config {
namespace {

constexpr std::size_t max_files = 50'000;  // in one folder

/// The names of its service files, sorted; what goes wrong is told.
std::set<std::string> names_in(const std::string& folder, std::vector<Diagnostic>& diagnostics) {
    std::set<std::string> names;
    std::error_code bad;
    std::filesystem::directory_iterator entry{folder, bad};
    const std::filesystem::directory_iterator end;
    while (!bad && entry != end) {
        auto name = entry->path().filename().string();
        if (is_service_file(name)) names.insert(std::move(name));
        if (names.size() > max_files) {
            diagnostics.push_back({Severity::error, folder, 0, "more than 50000 service files"});
            break;
        }
        entry.increment(bad);
    }
    if (bad) {
        const bool missing = bad == std::errc::no_such_file_or_directory;
        diagnostics.push_back({missing ? Severity::note : Severity::error, folder, 0,
                               "cannot be read: " + bad.message()});
    }
    return names;
}

void load(const std::string& path, ServiceFolder& out) {
    const auto text = read_file(path);
    if (!text) {
        out.diagnostics.push_back(
            {Severity::error, path, 0, "cannot be read: " + text.error().message()});
        return;
    }
    auto parsed = parse_service_file(*text, path);
    for (auto& diagnostic : parsed.diagnostics) out.diagnostics.push_back(std::move(diagnostic));
    if (parsed.group) out.files.push_back({path, std::move(*parsed.group)});
}

}  // namespace

bool is_service_file(const std::string& name) {
    return name.ends_with(".service") && !name.starts_with('.');
}

ServiceFolder load_service_folders(std::span<const std::string> folders) {
    ServiceFolder out;
    std::set<std::string> taken;
    for (const auto& folder : folders)
        for (const auto& name : names_in(folder, out.diagnostics))
            if (taken.insert(name).second)
                load((std::filesystem::path(folder) / name).string(), out);
    return out;
}

}  // namespace avahid::config
