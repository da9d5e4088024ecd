# SPDX-License-Identifier: Apache-2.0
"""Each command by itself."""
