// tools/avahictl/verbs.hpp: what each verb does; a file each.
#pragma once

#include "tools/avahictl/exit.hpp"
#include "tools/avahictl/options.hpp"

namespace avahictl {

Exit run(const Common& common, const StatusOptions& options);
Exit run(const Common& common, const BrowseOptions& options);
Exit run(const Common& common, const ResolveHostOptions& options);
Exit run(const Common& common, const ResolveAddressOptions& options);
Exit run(const Common& common, const ResolveServiceOptions& options);
Exit run(const Common& common, const QueryOptions& options);
Exit run(const Common& common, const PublishOptions& options);
Exit run(const Common& common, const PublishAddressOptions& options);
Exit run(const Common& common, const HostNameOptions& options);
Exit run(const Common& common, const Ipv4llOptions& options);
Exit run(const Common& common, const CacheOptions& options);
Exit run(const Common& common, const MetricsOptions& options);
Exit run(const Common& common, const ReloadOptions& options);
Exit run(const Common& common, const MonitorOptions& options);
Exit run(const Common& common, const DoctorOptions& options);
Exit run(const Common& common, const CompletionOptions& options);

}  // namespace avahictl
