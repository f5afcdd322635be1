"""Where the code runs: in a notebook or elsewhere."""

import sys


def in_jupyter() -> bool:
    """Return whether the code runs in a Jupyter kernel (JupyterLab, VS Code, Colab, nbval)."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return getattr(shell, "kernel", None) is not None
