# SPDX-License-Identifier: Apache-2.0
"""Cells: existing Nova databases that are read beside our own, never
written to."""
