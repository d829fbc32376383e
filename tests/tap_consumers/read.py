"""Reads TAP files with PyPI's `tap.py` and prints a line for each: file, whether the reader is content with it, points,
`not ok`, `not ok # TODO`, `ok # TODO`, skipped, what it could not accept.

It has no subtests: their lines are no lines to it.
"""

import sys
import unittest

from tap.loader import Loader
from tap.parser import Parser


class Quiet(unittest.TestResult):
    def addSuccess(self, test):
        super().addSuccess(test)
        self.successes = getattr(self, "successes", 0) + 1


def read(name):
    wrong = []
    for line in Parser().parse_file(name):
        if line.category == "unknown":
            continue
        if line.category == "test" and line.yaml_block is None and line.diagnostics:
            wrong.append(f"diagnostics: {line.diagnostics}")
    suite = Loader().load_suite_from_file(name)
    result = Quiet()
    suite.run(result)
    successes = getattr(result, "successes", 0)
    failed = len(result.failures) + len(result.errors)
    todo, unexpected, skipped = (
        len(found) for found in (result.expectedFailures, result.unexpectedSuccesses, result.skipped)
    )
    points = successes + failed + todo + unexpected + skipped
    ok = str(result.wasSuccessful()).lower()
    print(name, ok, points, failed, todo, unexpected, skipped, "; ".join(wrong), sep="\t")


for name in sys.argv[1:]:
    read(name)
