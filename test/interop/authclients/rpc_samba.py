"""Calls the echo interface with Samba's RPC client.

Arguments: port, options (seal,ntlm ...), kerberos (0 never, 1 always, with a cache of tickets in place of the password,
2 if it works), domain, user, password. Prints accepted or refused TEXT.
"""
import sys

from samba import NTSTATUSError, credentials, param
from samba.dcerpc import echo

port, options, kerberos, domain, user, password = sys.argv[1:7]

lp = param.LoadParm()
lp.set("workgroup", "MAPID")
lp.set("netbios name", "WS01")
if kerberos != "0":
    lp.set("realm", "MAPID.TEST")
creds = credentials.Credentials()
creds.guess(lp)
creds.set_workstation("WS01")
if kerberos == "1":
    creds.set_kerberos_state(credentials.MUST_USE_KERBEROS)
    creds.set_named_ccache("FILE:" + password)
else:
    creds.set_kerberos_state(credentials.AUTO_USE_KERBEROS if kerberos == "2" else credentials.DONT_USE_KERBEROS)
    creds.set_password(password)
    creds.set_domain(domain)
    creds.set_username(user)
try:
    conn = echo.rpcecho("ncacn_ip_tcp:127.0.0.1[%s,%s]" % (port, options), lp, creds)
    for n in (0, 1, 15, 16, 5791, 5792, 5793, 20000, 1):
        data = [(i * 7 + n) & 0xFF for i in range(n)]
        if conn.EchoData(data) != data:
            print("refused", "other data came back for", n, "bytes")
            sys.exit(0)
except NTSTATUSError as e:
    print("refused", e.args[1].replace("\n", " "))
    sys.exit(0)
print("accepted")
