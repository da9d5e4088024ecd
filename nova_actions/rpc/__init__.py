# SPDX-License-Identifier: Apache-2.0
"""The bus: connections, and what travels on it."""
