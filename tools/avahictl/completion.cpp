#include "tools/avahictl/completion.hpp"

#include <fmt/core.h>

#include <CLI/CLI.hpp>
#include <vector>

namespace avahictl {

namespace {

using Words = std::vector<std::string>;

std::vector<const CLI::App*> verbs_of(const CLI::App& app) {
    return app.get_subcommands([](const CLI::App* sub) { return !sub->get_group().empty(); });
}

std::vector<const CLI::Option*> options_of(const CLI::App& app) {
    return app.get_options([](const CLI::Option* option) { return !option->get_group().empty(); });
}

bool takes_value(const CLI::Option& option) { return option.get_items_expected_max() > 0; }

Words spellings(const CLI::Option& option) {
    Words words;
    for (const std::string& name : option.get_snames()) words.push_back("-" + name);
    for (const std::string& name : option.get_lnames()) words.push_back("--" + name);
    return words;
}

std::string join(const Words& words, const char* separator) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : separator) + word;
    return text;
}

/// "on off renew", of an argument that must be one of these.
Words choices(const CLI::Option& option) {
    const std::string type = option.get_type_name();
    const auto begin = type.find('{');
    const auto end = type.find('}');
    if (begin == std::string::npos || end == std::string::npos) return {};
    return CLI::detail::split(type.substr(begin + 1, end - begin - 1), ',');
}

/// What can follow on the command line, besides options.
Words arguments_of(const CLI::App& verb, const char* interfaces, const char* types) {
    Words words;
    for (const CLI::Option* option : options_of(verb)) {
        if (!option->get_positional()) continue;
        const std::string name = option->get_name(true);
        for (const std::string& choice : choices(*option)) words.push_back(choice);
        if (name.find("INTERFACE") != std::string::npos) words.emplace_back(interfaces);
        if (name.find("TYPE") != std::string::npos) words.emplace_back(types);
    }
    return words;
}

Words all_spellings(const CLI::App& app, bool with_value_only) {
    Words words;
    for (const CLI::Option* option : options_of(app)) {
        if (with_value_only && !takes_value(*option)) continue;
        for (const std::string& word : spellings(*option)) words.push_back(word);
    }
    return words;
}

std::string quoted(std::string text) {  // inside '…[…]' of zsh's _arguments
    std::string out;
    for (const char c : text) {
        if (c == '\'') {
            out += "'\\''";
            continue;
        }
        if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
        out += c;
    }
    return out;
}

std::string zsh_value(const CLI::Option& option) {
    const std::string name = option.get_name();
    if (name.find("interface") != std::string::npos || name.find("INTERFACE") != std::string::npos)
        return "interface:_net_interfaces";
    if (name.find("socket") != std::string::npos) return "socket:_files";
    const Words words = choices(option);
    if (!words.empty()) return fmt::format("argument:({})", join(words, " "));
    return fmt::format("{}: ", quoted(option.get_description()));
}

std::string zsh_options(const CLI::App& app) {
    std::string out;
    for (const CLI::Option* option : options_of(app)) {
        const std::string help = quoted(option->get_description());
        if (option->get_positional()) {
            out += fmt::format(" \\\n            '*:{}'", zsh_value(*option));
            continue;
        }
        for (const std::string& word : spellings(*option)) {
            const std::string value = takes_value(*option) ? ":" + zsh_value(*option) : "";
            out += fmt::format(" \\\n            '{}[{}]{}'", word, help, value);
        }
    }
    return out;
}

}  // namespace

std::string bash_completion(const CLI::App& app) {
    constexpr auto interfaces = "$(command ls /sys/class/net)";
    constexpr auto types =
        "$(avahictl browse -cp --timeout 1 2>/dev/null | cut -d';' -f5 | sort -u)";
    Words verbs;
    Words with_value = all_spellings(app, true);
    std::string cases;
    const std::string common = join(all_spellings(app, false), " ");
    for (const CLI::App* verb : verbs_of(app)) {
        verbs.push_back(verb->get_name());
        for (const std::string& word : all_spellings(*verb, true)) with_value.push_back(word);
        cases += fmt::format("        {})\n            options=\"{} {}\"\n", verb->get_name(),
                             common, join(all_spellings(*verb, false), " "));
        const Words words = arguments_of(*verb, interfaces, types);
        if (!words.empty())
            cases +=
                fmt::format("            [[ $current == -* ]] || words=\"{}\"\n", join(words, " "));
        cases += "            ;;\n";
    }
    std::sort(with_value.begin(), with_value.end());
    with_value.erase(std::unique(with_value.begin(), with_value.end()), with_value.end());
    return fmt::format(R"(# bash completion for avahictl(1); made by: avahictl completion bash
_avahictl() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD - 1]}}
    local verb= options= words= i
    for ((i = 1; i < COMP_CWORD; i++)); do
        case ${{COMP_WORDS[i]}} in
            {1}) ((i++)) ;;
            {0})
                verb=${{COMP_WORDS[i]}}
                break
                ;;
        esac
    done
    COMPREPLY=()
    case $before in
        -i | --interface)
            COMPREPLY=($(compgen -W "{2}" -- "$current"))
            return
            ;;
        --socket)
            COMPREPLY=($(compgen -f -- "$current"))
            return
            ;;
        {1})
            return
            ;;
    esac
    case $verb in
        '')
            options="{3}"
            [[ $current == -* ]] || words="{4}"
            ;;
{5}    esac
    if [[ $current == -* ]]; then words=$options; fi
    COMPREPLY=($(compgen -W "$words" -- "$current"))
}}
complete -F _avahictl avahictl
)",
                       join(verbs, " | "), join(with_value, " | "), interfaces, common,
                       join(verbs, " "), cases);
}

std::string zsh_completion(const CLI::App& app) {
    std::string verbs;
    std::string cases;
    for (const CLI::App* verb : verbs_of(app)) {
        verbs +=
            fmt::format("        '{}:{}'\n", verb->get_name(), quoted(verb->get_description()));
        cases += fmt::format("        {})\n          _arguments{}{}\n          ;;\n",
                             verb->get_name(), zsh_options(app), zsh_options(*verb));
    }
    return fmt::format(R"(#compdef avahictl
# zsh completion for avahictl(1); made by: avahictl completion zsh
_avahictl() {{
  local curcontext=$curcontext state line
  local -a verbs
  verbs=(
{}  )
  _arguments -C{} \
            '1:command:->verb' \
            '*::argument:->rest'
  case $state in
    verb) _describe command verbs ;;
    rest)
      case $words[1] in
{}      esac
      ;;
  esac
}}
_avahictl "$@"
)",
                       verbs, zsh_options(app), cases);
}

}  // namespace avahictl
