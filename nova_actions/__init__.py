# SPDX-License-Identifier: Apache-2.0
"""What was done to each server, by whom, and how each step ended."""
