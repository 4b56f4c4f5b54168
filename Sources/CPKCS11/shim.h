// SPDX-License-Identifier: Apache-2.0
// The types and numbers of PKCS #11, from Debian's libp11-kit-dev. Only the header: the module of a token is loaded at run time.
#include <p11-kit-1/p11-kit/pkcs11.h>
