"""The client's side of a security context, by Samba's gensec, spoken over standard input and output.

Arguments: mechanism (ntlmssp, spnego), level (connect, sign, seal), domain, user, password.
Lines out: token HEX | sign DATA WHOLE SIG | seal DATA SEALED SIG | accepted | refused TEXT
Lines in:  token HEX | done | sign DATA WHOLE SIG | seal DATA SEALED SIG | end
"""
import binascii
import sys

from samba import NTSTATUSError, credentials, gensec, param

mech, level, domain, user, password = sys.argv[1:6]

lp = param.LoadParm()
lp.set("workgroup", "MAPID")
lp.set("netbios name", "WS01")
creds = credentials.Credentials()
creds.set_workstation("WS01")
creds.set_kerberos_state(credentials.DONT_USE_KERBEROS)
if domain:
    creds.set_domain(domain)
    creds.set_username(user)
elif "@" in user:
    creds.parse_string(user)
else:
    creds.set_domain("")
    creds.set_username(user)
creds.set_password(password)

client = gensec.Security.start_client({"lp_ctx": lp, "target_hostname": "exch01.mapid.test"})
client.set_credentials(creds)
if level in ("sign", "seal"):
    client.want_feature(gensec.FEATURE_SIGN)
if level == "seal":
    client.want_feature(gensec.FEATURE_SEAL)
client.want_feature(gensec.FEATURE_DCE_STYLE)
client.want_feature(gensec.FEATURE_SIGN_PKT_HEADER)
client.start_mech_by_name(mech)


def h(b):
    return binascii.hexlify(b).decode() or "-"


def u(s):
    return b"" if s == "-" else binascii.unhexlify(s)


def say(*words):
    print(*words, flush=True)


token = b""
finished = False
while True:
    try:
        finished, token = client.update(token)
    except NTSTATUSError as e:
        say("refused", e.args[1].replace("\n", " "))
        sys.exit(0)
    if token or not finished:
        say("token", h(token))
    line = sys.stdin.readline().split()
    if not line or line[0] == "end":
        sys.exit(0)
    if line[0] == "done":
        break
    token = u(line[1])
    if line[0] == "last":
        try:
            finished, token = client.update(token)
        except NTSTATUSError as e:
            say("refused", e.args[1].replace("\n", " "))
            sys.exit(0)
        if not finished or token:
            say("refused", "not finished")
            sys.exit(0)
        break
say("finished")

for n in range(3 if level != "connect" else 0):
    data = b"message %d of the client, of a length that is no multiple of 8" % n
    if level == "sign":
        whole = b"HEADER.." + data + b"TRAILER."
        say("sign", h(data), h(whole), h(client.sign_packet(data, whole)))
    elif level == "seal":
        out = client.wrap(data)
        say("seal", h(data), h(out[16:]), h(out[:16]))
    line = sys.stdin.readline().split()
    try:
        if line[0] == "sign":
            client.check_packet(u(line[1]), u(line[2]), u(line[3]))
        elif line[0] == "seal":
            if client.unwrap(u(line[3]) + u(line[2])) != u(line[1]):
                say("refused", "unsealed something else")
                sys.exit(0)
        elif line[0] == "end":
            sys.exit(0)
    except NTSTATUSError as e:
        say("refused", e.args[1].replace("\n", " "))
        sys.exit(0)
say("accepted")
