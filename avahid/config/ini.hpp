// avahid/config/ini.hpp: the form of Avahi's configuration file: [section], key=value, and comments
// that begin a line with # % or ;. Knows no key; keys.cpp does. Values may have any length.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "avahid/config/diagnostic.hpp"

namespace avahid::config {

struct IniSection {
    std::string name;
    int line = 0;
};

struct IniEntry {
    std::string section;
    std::string key;
    std::string value;  // may be empty
    int line = 0;
};

/// In the order of the file; a section or key given twice is there twice.
struct IniFile {
    std::vector<IniSection> sections;
    std::vector<IniEntry> entries;
    std::vector<Diagnostic> diagnostics;  // lines that could not be read; all others were
};

/// \param file  its name, for the diagnostics
IniFile parse_ini(std::string_view text, std::string_view file);

}  // namespace avahid::config
