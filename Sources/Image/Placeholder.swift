// SPDX-License-Identifier: Apache-2.0
// Placeholder so that the package resolves; replaced by the first real file here.
