// SPDX-License-Identifier: Apache-2.0
// PostgreSQL's own client library, as Debian installs it (libpq-dev).
#include <libpq-fe.h>
