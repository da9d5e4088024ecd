# SPDX-License-Identifier: Apache-2.0
# mypy: ignore-errors
"""Nova's choice of native threads, to be imported before anything else."""

from nova import monkey_patch

monkey_patch.patch(backend='threading')
