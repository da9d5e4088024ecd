# SPDX-License-Identifier: Apache-2.0
"""Each module by itself."""
