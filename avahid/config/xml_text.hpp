// avahid/config/xml_text.hpp: what XML character data stands for. Only the five entities of XML
// itself and character numbers exist: a file cannot define entities, so none can grow ("billion
// laughs").
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace avahid::config {

struct Unescaped {
    std::string text;           // up to the bad reference
    std::string bad_reference;  // one that means nothing ("&foo;", "&#0;", "&"); empty: all is well
};
Unescaped unescape_xml(std::string_view raw);

/// A file in one of the encodings that Avahi's parser knows beside UTF-8.
struct Converted {
    std::optional<std::string> text;  // empty: it is UTF-8, or pretends to be, as it is
    std::string problem;              // empty: all is well
};
/// Looks at the byte order mark and at what <?xml … encoding="…"?> says (XML 1.0 Appendix F).
Converted to_utf8(std::string_view raw);

}  // namespace avahid::config
