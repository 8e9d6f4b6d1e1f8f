// avahid/config/xml_text.hpp: what XML character data stands for. Only the five entities of XML
// itself and character numbers exist: a file cannot define entities, so none can grow ("billion
// laughs").
#pragma once

#include <string>
#include <string_view>

namespace avahid::config {

struct Unescaped {
    std::string text;           // up to the bad reference
    std::string bad_reference;  // one that means nothing ("&foo;", "&#0;", "&"); empty: all is well
};
Unescaped unescape_xml(std::string_view raw);

}  // namespace avahid::config
