# SPDX-License-Identifier: Apache-2.0
"""Statistics: how often, how it ended and how long it took, counted from the
rows and kept by the hour, since rows are purged one day."""
