# SPDX-License-Identifier: Apache-2.0
"""The benchmark driver: what is measured (catalog), where (systems), how (runner, footprint) and how it is shown (report)."""
