"""Runs a program on a terminal of its own and hands on what it writes there.

Usage: watch.py ROWS COLUMNS STEPS PROGRAM ARGUMENT...

STEPS is a JSON list of [text, action, argument], taken one after the other: when the text has come since the step before,
"send" types the characters of the argument, and "touch" makes a file of that name. What the program wrote goes to the
standard output; the last line of the error stream is its exit code, or the negative number of the signal that ended it.
"""

import fcntl
import json
import os
import pty
import select
import signal
import struct
import sys
import termios
import time

LIMIT = 60

rows, columns, steps = int(sys.argv[1]), int(sys.argv[2]), json.loads(sys.argv[3])
child, terminal = pty.fork()
if child == 0:
    # The size is set before the program can ask for it.
    fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    # Who was started in the background ignores them, and so would the program.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGQUIT, signal.SIG_DFL)
    os.execv(sys.argv[4], sys.argv[4:])

seen, end = b"", time.monotonic() + LIMIT
while time.monotonic() < end:
    if not select.select([terminal], [], [], 1)[0]:
        continue
    try:
        text = os.read(terminal, 65536)
    except OSError:
        # Linux says so when the program has closed the terminal.
        break
    if not text:
        break
    sys.stdout.buffer.write(text)
    seen += text
    while steps and steps[0][0].encode() in seen:
        wanted, action, argument = steps.pop(0)
        seen = seen.split(wanted.encode(), 1)[1]
        if action == "send":
            os.write(terminal, argument.encode())
        else:
            open(argument, "w").close()
else:
    os.kill(child, 9)

status = os.waitpid(child, 0)[1]
if steps:
    print(f"never seen: {steps[0][0]!r}", file=sys.stderr)
print(os.waitstatus_to_exitcode(status), file=sys.stderr)
