"""Start Unrolled.

Run `python main.py` in a checkout; the installed command `unrolled` comes here as well. What must happen
before Qt and NumPy are imported happens here, and so does the answer to a computer that cannot import them.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main(arguments: list[str] | None = None) -> int:
    """Run the program.

    Parameters
    ----------
    arguments
        What was typed after the program's name; by default that of this process.

    Returns
    -------
    int
        The exit code: 0 when all went well.
    """
    if getattr(sys, "frozen", False):
        import multiprocessing

        multiprocessing.freeze_support()  # first: in a frozen worker process this call never returns
    given = sys.argv[1:] if arguments is None else arguments
    _find_own_packages()
    _compute_on_one_thread()
    if "--version" in given:
        from app.version import __version__

        print(f"Unrolled {__version__}")
        return 0
    return _start(given)


def _find_own_packages() -> None:
    """Put the folder of this file first on the search path.

    `app`, `content` and `engine` lie beside this file: in a checkout, and under `unrolled/` when installed.
    """
    here = str(Path(__file__).resolve().parent)
    if here not in sys.path[:1]:
        sys.path.insert(0, here)


def _compute_on_one_thread() -> None:
    """Keep the linear algebra below NumPy from starting threads.

    Its matrices are small here: threads cost more than they give, take the time of the thread that draws, and
    make the last digits depend on the number of cores. These variables are read when NumPy is imported.
    """
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"):
        os.environ.setdefault(variable, "1")


def _start(arguments: list[str]) -> int:
    """Hand over to the application, or say in one line what this computer lacks."""
    from app import system_check

    problem = system_check.problem_before_qt(arguments)
    if problem is not None:
        print(problem, file=sys.stderr)
        return 1
    try:
        from app import run
    except ImportError as error:
        answer = system_check.answer_to_import_error(error)
        if answer is None:
            raise
        print(answer, file=sys.stderr)
        return 1
    return run.main(arguments)


if __name__ == "__main__":
    sys.exit(main())
