// tools/avahictl/ask.hpp: what every verb does with the daemon: connect, call, complain.
#pragma once

#include <boost/system/result.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "tools/avahictl/client.hpp"
#include "tools/avahictl/exit.hpp"
#include "tools/avahictl/options.hpp"

namespace avahictl {

/// The error has been printed.
template <class T>
using Asked = boost::system::result<T, Exit>;

/// \param method  without the interface
Call make_call(const char* method, nlohmann::json parameters, bool more = false);
/// Adds interface and family, where they are given.
void add_scope(nlohmann::json& parameters, const Common& common);
/// Adds text that is not empty.
void add_text(nlohmann::json& parameters, const char* name, const std::string& value);

Asked<Client> open(const Common& common);
/// A stream, begun.
Asked<Client> open_stream(const Common& common, const char* method, nlohmann::json parameters);
/// One call and its one reply.
Asked<Reply> ask(const Common& common, const char* method, nlohmann::json parameters);

/// When the whole command must end; empty: never.
Deadline end_of(const Common& common);

/// The time is over and the daemon has not said a word: has it nothing to tell, or does it hang?
/// \return how to exit, having complained if it hangs
Exit nothing_in_time(const Common& common);

/// Prints what went wrong.
/// \return how to exit
Exit complain(const Common& common, ClientErrc errc);
Exit complain(const Reply& error);
/// One line for people.
std::string explain(const Reply& error);
Exit exit_of(const Reply& error);

/// A JSON object on a line of its own.
void print_json(const nlohmann::json& object);
void print_line(const std::string& line);
void print_text(const std::string& text);
/// The errno of the first of these that could not be written; 0: all were.
int output_error();
/// One line for people, on standard error.
void print_error(const std::string& line);

}  // namespace avahictl
