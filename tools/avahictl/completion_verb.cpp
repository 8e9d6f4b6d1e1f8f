// avahictl completion: the scripts that packages install.
#include "tools/avahictl/ask.hpp"
#include "tools/avahictl/verbs.hpp"

namespace avahictl {

Exit run(const Common&, const CompletionOptions& options) {
    print_text(options.text);
    return Exit::found;
}

}  // namespace avahictl
