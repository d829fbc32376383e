"""Holds JUnit XML against what its readers agree on, and prints what differs, a line each.

The rules are those of the schemas of Maven Surefire and of Jenkins' xUnit plugin, taken together: which elements stand in
which, in which order, with which attributes. Beyond them go only what other readers know: `file`, `line` and `assertions`
of a case (GitLab, PHPUnit and the actions for GitHub), and `properties` of a case (pytest, Jenkins' plugin for JUnit).
"""

import re
import sys
import xml.etree.ElementTree as ElementTree

TIME = re.compile(r"\d+\.\d{3}")
COUNT = re.compile(r"\d+")
TEXT = re.compile(r".*", re.DOTALL)
NAME = re.compile(r".*\S.*")

# The attributes of each element: those that it must have, and others that it may have.
ATTRIBUTES = {
    "testsuites": ({}, {"name": NAME, "time": TIME, "tests": COUNT, "failures": COUNT, "errors": COUNT, "skipped": COUNT}),
    "testsuite": (
        {"name": NAME, "tests": COUNT, "failures": COUNT, "errors": COUNT, "skipped": COUNT, "time": TIME},
        {"timestamp": TEXT},
    ),
    "testcase": (
        {"name": NAME, "classname": NAME, "time": TIME},
        {"file": NAME, "line": COUNT, "assertions": COUNT},
    ),
    "failure": ({"type": NAME, "message": TEXT}, {}),
    "error": ({"type": NAME, "message": TEXT}, {}),
    "skipped": ({}, {"type": NAME, "message": TEXT}),
    "rerunFailure": ({"type": NAME, "message": TEXT}, {}),
    "rerunError": ({"type": NAME, "message": TEXT}, {}),
    "flakyFailure": ({"type": NAME, "message": TEXT}, {}),
    "flakyError": ({"type": NAME, "message": TEXT}, {}),
    "stackTrace": ({}, {}),
    "system-out": ({}, {}),
    "system-err": ({}, {}),
    "properties": ({}, {}),
    "property": ({"name": NAME, "value": TEXT}, {}),
}

# What may stand in each element, in this order; a star is for any number.
RERUN = ["stackTrace", "system-out?", "system-err?"]
CHILDREN = {
    "testsuites": ["testsuite*"],
    "testsuite": ["properties?", "testcase*", "system-out?", "system-err?"],
    "testcase": [
        "properties?",
        "failure?",
        "rerunFailure*",
        "flakyFailure*",
        "skipped?",
        "error?",
        "rerunError*",
        "flakyError*",
        "system-out?",
        "system-err?",
    ],
    "properties": ["property*"],
    "rerunFailure": RERUN,
    "rerunError": RERUN,
    "flakyFailure": RERUN,
    "flakyError": RERUN,
}
WITH_TEXT = {"failure", "error", "skipped", "stackTrace", "system-out", "system-err"}


def faults(element):
    tag = element.tag
    where = f"{tag} {element.get('name', '')!r}"
    if tag not in ATTRIBUTES:
        yield f"unknown element {where}"
        return
    required, optional = ATTRIBUTES[tag]
    for name in required:
        if name not in element.attrib:
            yield f"{where} has no {name}"
    for name, value in element.attrib.items():
        kind = required.get(name) or optional.get(name)
        if kind is None:
            yield f"{where} has an unknown attribute {name}"
        elif not kind.fullmatch(value):
            yield f"{where} has a wrong {name}: {value!r}"
    order = "".join(f"(<{c.rstrip('?*')}>){c[-1] if c[-1] in '?*' else ''}" for c in CHILDREN.get(tag, []))
    children = "".join(f"<{child.tag}>" for child in element)
    if not re.fullmatch(order, children):
        yield f"{where} holds {children}"
    texts = [element.text] + [child.tail for child in element]
    if tag not in WITH_TEXT and any(text and text.strip() for text in texts):
        yield f"{where} holds text"
    for child in element:
        yield from faults(child)
    if tag == "testsuite":
        yield from counts(element, where)
    if tag == "testcase":
        yield from results(element, where)


def counts(suite, where):
    cases = suite.findall("testcase")
    for name, tag in [("failures", "failure"), ("errors", "error"), ("skipped", "skipped")]:
        found = sum(case.find(tag) is not None for case in cases)
        if suite.get(name) != str(found):
            yield f"{where} has {name}={suite.get(name)} and {found} of them"
    if suite.get("tests") != str(len(cases)):
        yield f"{where} has tests={suite.get('tests')} and {len(cases)} of them"


def results(case, where):
    tags = [child.tag for child in case]
    ends = [tag for tag in tags if tag in ("failure", "error", "skipped")]
    if len(ends) > 1:
        yield f"{where} has several results: {ends}"
    if any(tag.startswith("flaky") for tag in tags) and ends:
        yield f"{where} is flaky and did not pass"
    if any(tag.startswith("rerun") for tag in tags) and not set(ends) & {"failure", "error"}:
        yield f"{where} has reruns and did not fail"


for file in sys.argv[1:]:
    try:
        root = ElementTree.parse(file).getroot()
    except ElementTree.ParseError as error:
        print(f"{file}: {error}")
        continue
    if root.tag != "testsuites":
        print(f"{file}: the root is {root.tag}")
    for fault in faults(root):
        print(f"{file}: {fault}")
