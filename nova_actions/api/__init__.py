# SPDX-License-Identifier: Apache-2.0
"""The REST layer: Nova's os-instance-actions resource over HTTP."""
