# SPDX-License-Identifier: Apache-2.0
"""The feed of changes: writers queue changes, one conductor at a time numbers
them, and readers continue after a number."""
