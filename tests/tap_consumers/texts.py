"""Reads a JUnit document or lines of events with Python's own parsers, and prints the texts in it, as JSON in ASCII.

Usage: texts.py junit|events FILE
"""

import json
import sys
import xml.etree.ElementTree

kind, file = sys.argv[1:]
if kind == "junit":
    cases = []
    for case in xml.etree.ElementTree.parse(file).getroot().iter("testcase"):
        failure = case.find("failure")
        message = None if failure is None else failure.get("message")
        cases.append([case.get("name"), message, case.findtext("system-out")])
    print(json.dumps(cases))
else:
    with open(file, encoding="utf-8", newline="\n") as lines:
        print(json.dumps([json.loads(line) for line in lines]))
