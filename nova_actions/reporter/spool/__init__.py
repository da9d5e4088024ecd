# SPDX-License-Identifier: Apache-2.0
"""Reports on disk, or in memory, until the conductor has them."""
