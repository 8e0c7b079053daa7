"""The client's side of NTLM, by impacket, spoken over standard input and output as gensec.py does.

Arguments: level (connect, sign, seal), version (1, 2), domain, user, password.
"""
import binascii
import sys

from Cryptodome.Cipher import ARC4
from impacket import ntlm

level, version, domain, user, password = sys.argv[1:6]


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


use_v2 = version == "2"
type1 = ntlm.getNTLMSSPType1("WS01", "", signingRequired=level != "connect", use_ntlmv2=use_v2)
say("token", h(type1.getData()))
line = hear()
type3, key = ntlm.getNTLMSSPType3(type1, u(line[1]), user, password, domain, use_ntlmv2=use_v2)
say("token", h(type3.getData()))
if hear()[0] != "done":
    say("refused", "there is more")
    sys.exit(0)
say("finished")
if level == "connect":
    say("accepted")
    sys.exit(0)

flags = type3["flags"]
send_sign, recv_sign = ntlm.SIGNKEY(flags, key), ntlm.SIGNKEY(flags, key, "Server")
send = ARC4.new(ntlm.SEALKEY(flags, key)).encrypt
receive = ARC4.new(ntlm.SEALKEY(flags, key, "Server")).encrypt
for n in range(3):
    data = b"message %d of the client, of a length that is no multiple of 8" % n
    if level == "sign":
        whole = b"HEADER.." + data + b"TRAILER."
        say("sign", h(data), h(whole), h(ntlm.SIGN(flags, send_sign, whole, n, send).getData()))
        line = hear()
        want = ntlm.SIGN(flags, recv_sign, u(line[2]), n, receive).getData()
    else:
        sealed, sig = ntlm.SEAL(flags, send_sign, b"", data, data, n, send)
        say("seal", h(data), h(sealed), h(sig.getData()))
        line = hear()
        plain = receive(u(line[2]))
        want = ntlm.SIGN(flags, recv_sign, plain, n, receive).getData()
        if plain != u(line[1]):
            say("refused", "unsealed something else")
            sys.exit(0)
    if want != u(line[3]):
        say("refused", "signature")
        sys.exit(0)
say("accepted")
