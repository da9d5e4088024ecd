# SPDX-License-Identifier: Apache-2.0
"""Maintenance of the record: retention, archives, imports and repairs."""
