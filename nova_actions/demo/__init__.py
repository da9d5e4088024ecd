# SPDX-License-Identifier: Apache-2.0
"""A small simulated cloud. Everything is reported the way compute services
report it; only the work itself, and the clocks, are played."""
