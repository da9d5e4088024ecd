# SPDX-License-Identifier: Apache-2.0
"""The search across servers, in our own database."""
