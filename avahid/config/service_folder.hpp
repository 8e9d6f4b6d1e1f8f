// avahid/config/service_folder.hpp: all static services of some folders. One bad file never
// disturbs the others.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "avahid/config/diagnostic.hpp"
#include "avahid/config/service_file.hpp"

namespace avahid::config {

struct ServiceFile {
    std::string path;
    ServiceGroup group;
};

struct ServiceFolder {
    std::vector<ServiceFile> files;  // the good ones
    std::vector<Diagnostic> diagnostics;
};

/// Whether a file of this name is one, in a folder of service files: *.service, and not hidden.
bool is_service_file(const std::string& name);

/// Reads every *.service file that is not hidden, folder by folder, by name. A file hides those of
/// the same name in later folders; a missing folder is a note.
ServiceFolder load_service_folders(std::span<const std::string> folders);

}  // namespace avahid::config
