"""Reads a TAP file with PyPI's `tap.py` and prints each point as it was read, as JSON."""

import contextlib
import json
import sys

from tap.parser import Parser

points = []
# It complains on the output.
with contextlib.redirect_stdout(sys.stderr):
    lines = list(Parser().parse_file(sys.argv[1]))
for line in lines:
    if line.category == "test":
        reason = line.directive.text
        points.append({"ok": line.ok, "name": line.description, "reason": reason, "diagnostics": line.yaml_block})
print(json.dumps(points))
