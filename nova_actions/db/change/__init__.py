# SPDX-License-Identifier: Apache-2.0
"""The feed of changes: writers queue what happens, one conductor at a time
numbers it, readers go on after a number."""
