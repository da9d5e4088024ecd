# SPDX-License-Identifier: Apache-2.0
"""Benchmarks: nova-actions beside Nova and beside the bare drivers."""
