"""Runs Samba's raw PDU tests against an endpoint mapper on any port.

Arguments: port. The environment is that of the tests themselves; SKIP lists names, separated by commas. Prints one line
for each test: ok, failed or skipped, its name and the last line of the failure.

The tests know the mapper's port as 135 and log on as nobody in many places. Both are changed in memory: the expected
secondary address and its padding follow from the port, and the account of the environment logs on instead, since
nobody gets a session here.
"""
import inspect
import os
import sys
import types
import unittest

port = sys.argv[1]
# A package without python3-samba's tests ends here, and the caller sees it.
import samba.tests.dcerpc.raw_protocol as original
import samba.tests.dcerpc.raw_testcase as testcase


def changed(module, name, replacements):
    source = inspect.getsource(module)
    for old, new in replacements:
        if old not in source:
            sys.exit("raw_pdu.py does not fit this version of Samba: %r is not there" % old)
        source = source.replace(old, new)
    out = types.ModuleType(name)
    out.__file__ = module.__file__
    sys.modules[name] = out
    exec(compile(source, module.__file__, "exec"), out.__dict__)
    return out


changed(testcase, "samba.tests.dcerpc.raw_testcase", [('self.primary_address = "135"', 'self.primary_address = "%s"' % port)])
raw = changed(original, "samba.tests.dcerpc.raw_protocol", [
    ("secondary_address_size, 4)", 'secondary_address_size, len("%d" % self.tcp_port) + 1)'),
    ("self.assertPadding(rep.u._pad1, 2)", "self.assertPadding(rep.u._pad1, -(2 + rep.u.secondary_address_size) % 4)"),
])
case = raw.TestDCERPC_BIND
case.get_anon_creds = lambda self: self.get_user_creds()

skip = os.environ.get("SKIP", "").split(",")
sys.stderr = open(os.devnull, "w")  # the tests tell of every time-out they wait for
for name in unittest.TestLoader().getTestCaseNames(case):
    if name in skip:
        print("skipped", name)
        continue
    result = unittest.TestResult()
    case(name).run(result)
    bad = result.failures + result.errors + [(t, "skipped: " + why) for t, why in result.skipped]
    print("failed" if bad else "ok", name, bad[0][1].strip().split("\n")[-1] if bad else "", flush=True)
