"""Which inner loops run: those in C (`native/`) where the extension was built, else their twins in Python and numpy.

Both give the same to the last bit; a test holds them against each other. QUIVER_KERNEL=python chooses the twins.
"""

from __future__ import annotations

import os
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from indexer.index.native import _kernel
else:
    _kernel = None
    if os.environ.get("QUIVER_KERNEL", "") != "python":
        try:
            from indexer.index.native import _kernel
        except ImportError:
            # Built without a C compiler: everything works, searches of large collections take longer.
            _kernel = None

native: ModuleType | None = _kernel
"""The extension, None where it is not to be had; looked up at each use, so that tests can do without it."""
