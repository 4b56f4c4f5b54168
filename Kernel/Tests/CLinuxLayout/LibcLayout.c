// SPDX-License-Identifier: Apache-2.0
//
// Structures whose only user-space declaration is the C library's.
#define _GNU_SOURCE
#include <netinet/in.h>
#include <sys/socket.h>

#include "Layout.h"

LAYOUT(msghdr, struct msghdr,
       FIELD(msg_name), FIELD(msg_namelen), FIELD(msg_iov), FIELD(msg_iovlen), FIELD(msg_control),
       FIELD(msg_controllen), FIELD(msg_flags))

LAYOUT(mmsghdr, struct mmsghdr,
       FIELD(msg_hdr), FIELD(msg_len))

LAYOUT(cmsghdr, struct cmsghdr,
       FIELD(cmsg_len), FIELD(cmsg_level), FIELD(cmsg_type))

LAYOUT(ucred, struct ucred,
       FIELD(pid), FIELD(uid), FIELD(gid))

LAYOUT(linger, struct linger,
       FIELD(l_onoff), FIELD(l_linger))

LAYOUT(sockaddr_in, struct sockaddr_in,
       FIELD(sin_family), FIELD(sin_port), FIELD(sin_addr))

LAYOUT(sockaddr_in6, struct sockaddr_in6,
       FIELD(sin6_family), FIELD(sin6_port), FIELD(sin6_flowinfo), FIELD(sin6_addr), FIELD(sin6_scope_id))
