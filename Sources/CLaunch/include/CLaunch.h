// SPDX-License-Identifier: Apache-2.0
#ifndef CLAUNCH_H
#define CLAUNCH_H
#endif
