// avahid/config/xml_file.hpp: one XML file as tags with lines, and what is wrong with it. Knows
// XML, not services. Stricter than pugixml where that would let a mistake pass in silence: unknown
// references, text beside the root, characters that XML has not.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <pugixml.hpp>
#include <string>
#include <string_view>

#include "avahid/config/diagnostic.hpp"

namespace avahid::config {

class XmlFile {
public:
    using Node = pugi::xml_node;

    /// \param text  must outlive this; UTF-8, or UTF-16 or ISO-8859-1 that says so
    /// \param file  its name, for the diagnostics
    XmlFile(std::string_view text, std::string_view file) : text_(text), diagnostics_(file) {}

    /// The root tag; a null node when the text is not XML with that root, which has then been told.
    Node load(std::string_view root_name);

    /// The text of a tag, exactly as written.
    std::string content(Node node);
    /// The text of a tag without white space around it.
    std::string word(Node node);
    /// Which of the words the attribute holds; 0, the default, when it is absent or wrong.
    std::size_t choice(Node node, const char* attribute,
                       std::initializer_list<std::string_view> words);
    /// The value of an attribute, without white space around it; empty when it is absent.
    std::optional<std::string> attribute(Node node, const char* name);
    /// \param known  the attributes this tag may have
    void no_attributes_but(Node node, std::initializer_list<std::string_view> known);
    /// True for a tag; text where only tags belong is told.
    bool is_tag(Node node);

    void unknown_tag(Node node);
    void error(Node node, std::string message);
    void warning(Node node, std::string message);

    bool has_errors() const { return diagnostics_.has_errors(); }
    std::vector<Diagnostic> take_diagnostics() { return diagnostics_.take(); }

private:
    Node fail(int line, std::string message);
    Node only_root(std::string_view root_name);
    std::string unescaped(Node node, std::string_view raw);
    int line_at(std::size_t offset) const;
    int line_of(Node node) const;

    std::string converted_;  // to UTF-8, if it was something else
    std::string_view text_;
    Diagnostics diagnostics_;
    pugi::xml_document document_;
};

/// "<name>" for messages, shortened and made printable.
std::string tag(pugi::xml_node node);

}  // namespace avahid::config
