# SPDX-License-Identifier: Apache-2.0
"""From the spool to the conductor."""
