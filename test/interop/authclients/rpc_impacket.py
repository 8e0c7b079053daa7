"""Calls the echo interface with impacket.

Arguments: port, service (10 NTLM, 9 Negotiate, 16 Kerberos), level (2, 4, 5, 6), domain, user, password. Prints accepted or
refused TEXT.
"""
import struct
import sys

from impacket import uuid
from impacket.dcerpc.v5 import transport
from impacket.dcerpc.v5.rpcrt import DCERPCException

port, service, level, domain, user, password = sys.argv[1:7]

t = transport.DCERPCTransportFactory("ncacn_ip_tcp:127.0.0.1[%s]" % port)
t.set_credentials(user, password, domain)
if service != "10":
    t.set_kerberos(True, None)
    t.setRemoteName("exch01.mapid.test")
    t.setRemoteHost("127.0.0.1")
try:
    dce = t.get_dce_rpc()
    dce.set_auth_type(int(service))
    dce.set_auth_level(int(level))
    dce.connect()
    dce.bind(uuid.uuidtup_to_bin(("60a15ec5-4de8-11d7-a637-005056a20182", "1.0")))
    for n in (0, 1, 15, 16, 4000, 5792, 20000, 1):
        data = bytes((i * 7 + n) & 0xFF for i in range(n))
        dce.call(1, struct.pack("<LL", n, n) + data)
        if dce.recv() != struct.pack("<L", n) + data:
            print("refused", "other data came back for", n, "bytes")
            sys.exit(0)
except (DCERPCException, Exception) as e:
    print("refused", type(e).__name__, str(e).replace("\n", " "))
    sys.exit(0)
print("accepted")
