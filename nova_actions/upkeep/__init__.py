# SPDX-License-Identifier: Apache-2.0
"""What keeps the record small, whole and clean over time."""
