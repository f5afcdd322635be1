"""Settings of every test run, and of the notebooks' kernels, which inherit them.

They are set before anything imports TensorFlow.
"""

import os
import signal
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent
# The same words as `utils.authoring.notebooks.QUIET`, which cannot be imported before they are set.
os.environ.update(
    TF_CPP_MIN_LOG_LEVEL="3",  # no start-up log lines
    TF_ENABLE_ONEDNN_OPTS="0",  # the same last digits on every processor
    CUDA_VISIBLE_DEVICES="-1",  # no GPU
    PYTHONHASHSEED="0",
    COURSE_WIDGETS="off",  # pictures that stand still
)
# Two processes share two cores: a second thread of TensorFlow in each would only wait for its turn.
if "PYTEST_XDIST_WORKER" in os.environ:
    threads = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    os.environ.update(dict.fromkeys(threads, "1"))
# A script that runs the tests in the background lets them ignore Ctrl-C, and with them every
# command that they start, which takes that for the wish of whoever started it (`nohup`).
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
# Processes that tests start begin three seconds sooner; the file there says why.
os.environ["PYTHONPATH"] = os.pathsep.join(
    filter(None, [str(ROOT / "tests" / "quick_start"), os.environ.get("PYTHONPATH")])
)
os.environ.pop("DATASET", None)  # what is committed was measured on the embedded data
_private = tempfile.TemporaryDirectory(prefix="course-test-")
os.environ["COURSE_PROGRESS"] = str(Path(_private.name) / "progress.json")

pytest_plugins = ["utils.authoring.nbval_guard"]


def pytest_configure(config):
    """Choose the way of plotting; give nbval its limits where the command line does not."""
    option = config.option
    if not (option.nbval or option.nbval_lax):
        os.environ["MPLBACKEND"] = "agg"
        return
    os.environ["MPLBACKEND"] = "module://matplotlib_inline.backend_inline"
    option.nbval_sanitize_with = option.nbval_sanitize_with or str(
        ROOT / "tests" / "nbval_sanitize.cfg"
    )
    given = " ".join(config.invocation_params.args)
    if "--nbval-cell-timeout" not in given:
        option.nbval_cell_timeout = 600
    if "--nbval-kernel-startup-timeout" not in given:
        option.nbval_kernel_startup_timeout = 300
