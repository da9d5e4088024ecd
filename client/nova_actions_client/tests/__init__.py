# SPDX-License-Identifier: Apache-2.0
"""The tests; those of the distribution nova-actions run them."""
