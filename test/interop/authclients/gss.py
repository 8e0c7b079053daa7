"""The client's side of a security context by MIT Kerberos' GSS-API, spoken over standard input and output as gensec.py does.

Arguments: mechanism (krb5, spnego), style (dce, standard), level (connect, sign, seal), service principal.
Sealed lines carry two more arguments: what stands before and behind the data under the signature.
"""
import binascii
import ctypes as c
import sys

mech, style, level, service = sys.argv[1:5]

lib = c.CDLL("libgssapi_krb5.so.2")


class Buffer(c.Structure):
    _fields_ = [("length", c.c_size_t), ("value", c.c_void_p)]


class OID(c.Structure):
    _fields_ = [("length", c.c_uint32), ("elements", c.c_void_p)]


class IOV(c.Structure):
    _fields_ = [("type", c.c_uint32), ("buffer", Buffer)]


DATA, HEADER, TRAILER, PADDING, SIGN_ONLY, ALLOCATE = 1, 2, 7, 9, 11, 0x10000
keep = []


def h(b):
    return binascii.hexlify(b).decode() or "-"


def u(s):
    return b"" if s == "-" else binascii.unhexlify(s)


def say(*words):
    print(*words, flush=True)


def hear():
    line = sys.stdin.readline().split()
    if not line or line[0] == "end":
        sys.exit(0)
    return line


def buf(b):
    s = c.create_string_buffer(b, max(len(b), 1))
    keep.append(s)
    return Buffer(len(b), c.cast(s, c.c_void_p))


def oid(b):
    s = c.create_string_buffer(b, len(b))
    keep.append(s)
    return OID(len(b), c.cast(s, c.c_void_p))


def data(b):
    return c.string_at(b.value, b.length) if b.length else b""


def check(major, minor, what):
    if major >> 16:
        out, more, m = Buffer(), c.c_uint32(0), c.c_uint32(0)
        lib.gss_display_status(c.byref(m), c.c_uint32(minor.value), 2, None, c.byref(more), c.byref(out))
        say("refused", what, "0x%x" % major, data(out).decode(errors="replace").replace("\n", " "))
        sys.exit(0)


minor = c.c_uint32(0)
krb5 = oid(b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02")
mech_oid = oid(b"\x2b\x06\x01\x05\x05\x02") if mech == "spnego" else krb5
name = c.c_void_p(0)
principal = oid(b"\x2a\x86\x48\x86\xf7\x12\x01\x02\x02\x01")
b = buf((service + "@MAPID.TEST").encode())
check(lib.gss_import_name(c.byref(minor), c.byref(b), c.byref(principal), c.byref(name)), minor, "name")

flags = 0x02 | 0x04 | 0x08
if level != "connect":
    flags |= 0x20
if level == "seal":
    flags |= 0x10
if style == "dce":
    flags |= 0x1000

ctx = c.c_void_p(0)
token = None
actual = c.c_uint32(0)
while True:
    out = Buffer()
    given = buf(token) if token is not None else None
    major = lib.gss_init_sec_context(c.byref(minor), None, c.byref(ctx), name, c.byref(mech_oid), c.c_uint32(flags), 0,
                                     None, c.byref(given) if given else None, None, c.byref(out), c.byref(actual), None)
    check(major, minor, "init")
    more = major & 1
    if out.length:
        say("token", h(data(out)))
        line = hear()
        if line[0] == "done":
            if more:
                say("refused", "the server is done and the client is not")
                sys.exit(0)
            break
        token = u(line[1])
        if line[0] == "last" and not more:
            say("refused", "a last token for a client that is done")
            sys.exit(0)
    elif more:
        say("refused", "neither a token nor an end")
        sys.exit(0)
    else:
        break
say("finished")


def iov(*parts):
    list = (IOV * len(parts))()
    for i, (kind, b) in enumerate(parts):
        list[i].type = kind
        if b is not None:
            list[i].buffer = buf(b)
    return list


for n in range(3 if level != "connect" else 0):
    text = b"message %d of the client, of a length that is no multiple of 8" % n
    before, behind = b"HEADER..", b"TRAILER."
    if level == "sign":
        whole = before + text + behind
        b, out = buf(whole), Buffer()
        check(lib.gss_get_mic(c.byref(minor), ctx, 0, c.byref(b), c.byref(out)), minor, "sign")
        say("sign", h(text), h(whole), h(data(out)))
        line = hear()
        b, sig, qop = buf(u(line[2])), buf(u(line[3])), c.c_uint32(0)
        check(lib.gss_verify_mic(c.byref(minor), ctx, c.byref(b), c.byref(sig), c.byref(qop)), minor, "verify")
        continue
    state, qop = c.c_int(0), c.c_uint32(0)
    v = iov((HEADER | ALLOCATE, None), (SIGN_ONLY, before), (DATA, text), (SIGN_ONLY, behind))
    check(lib.gss_wrap_iov(c.byref(minor), ctx, 1, 0, c.byref(state), v, 4), minor, "seal")
    say("seal", h(text), h(data(v[2].buffer)), h(data(v[0].buffer)), h(before), h(behind))
    line = hear()
    v = iov((HEADER, u(line[3])), (SIGN_ONLY, u(line[4])), (DATA, u(line[2])), (SIGN_ONLY, u(line[5])))
    check(lib.gss_unwrap_iov(c.byref(minor), ctx, c.byref(state), c.byref(qop), v, 4), minor, "unseal")
    if data(v[2].buffer) != u(line[1]):
        say("refused", "unsealed something else")
        sys.exit(0)
say("accepted")
