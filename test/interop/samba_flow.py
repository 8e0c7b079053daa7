"""Reads a mailbox through Samba's RPC client instead of impacket's.

usage: samba_flow.py --host H --port EMSMDB_PORT --user U --password P --dn DN [--options seal,spnego] [--expect FILE.json]

Samba's Python bindings know no interface of Exchange, so the connection is authenticated for the management interface
and EMSMDB is added to it by alter_context. Prints the subjects as JSON.
"""

import argparse
import json

from samba import credentials, param
from samba.dcerpc import base, mgmt

from exmapi import TAGS, Mailbox, Session
from mapi_flow import check, inbox_rows

EMSMDB = ("a4f1db00-ca47-1067-b31f-00dd010662da", 81 << 16)


class Connection:
    """What exmapi wants of an RPC connection."""

    def __init__(self, binding, lp, creds):
        first = mgmt.mgmt(binding, lp, creds)
        self.pipe = base.ClientConnection(binding, EMSMDB, lp_ctx=lp, credentials=creds, basis_connection=first)
        self.answer = b""

    def call(self, opnum, data):
        self.answer = self.pipe.request(opnum, data)

    def recv(self):
        return self.answer


def main():
    p = argparse.ArgumentParser()
    p.add_argument("--host", required=True)
    p.add_argument("--port", type=int, required=True)
    p.add_argument("--user", default="alice")
    p.add_argument("--password", default="Password1!")
    p.add_argument("--domain", default="MAPID")
    p.add_argument("--dn", default="/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice")
    p.add_argument("--options", default="seal,spnego")
    p.add_argument("--expect")
    args = p.parse_args()

    lp = param.LoadParm()
    lp.set("workgroup", args.domain)
    lp.set("netbios name", "WS01")
    creds = credentials.Credentials()
    creds.guess(lp)
    creds.set_kerberos_state(credentials.DONT_USE_KERBEROS)
    creds.set_username(args.user)
    creds.set_password(args.password)
    creds.set_domain(args.domain)

    connection = Connection("ncacn_ip_tcp:%s[%d,%s]" % (args.host, args.port, args.options), lp, creds)
    mailbox = Mailbox(Session(connection).connect(args.dn)).logon(args.dn)
    subjects = [r[TAGS["Subject"]] for r in inbox_rows(mailbox)[4]]
    if args.expect:
        want = json.load(open(args.expect))
        check(sorted(subjects) == sorted(want), "subjects differ:\n got %r\nwant %r" % (sorted(subjects), sorted(want)))
    mailbox.session.disconnect()
    print(json.dumps({"subjects": subjects}))


if __name__ == "__main__":
    main()
