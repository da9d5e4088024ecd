# SPDX-License-Identifier: Apache-2.0
"""Follows cells: copies what Nova records there into our own database, and
never writes to the cell."""
