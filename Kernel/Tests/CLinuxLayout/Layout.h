// SPDX-License-Identifier: Apache-2.0
//
// How the layout functions are written.
#pragma once

#include <stddef.h>

#include "CLinuxLayout.h"

// The table is built from a type of the structure's own, so that FIELD needs only the field's name.
#define FIELD(name) offsetof(T, name)
#define LAYOUT(name, type, ...)                                                                                  \
    long cloister_layout_##name(int index) {                                                                     \
        typedef type T;                                                                                          \
        static const long table[] = {sizeof(T), __VA_ARGS__};                                                    \
        return index >= 0 && index < (int)(sizeof table / sizeof table[0]) ? table[index] : -1;                  \
    }
