# SPDX-License-Identifier: Apache-2.0
"""Against services that are really started."""
