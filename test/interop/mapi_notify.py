"""Waiting for mail as clients do, on impacket's RPC transport: a parked EcDoAsyncWaitEx, or the UDP datagram of
EcRRegisterPushNotification, then RopNotify, then the table."""

import json
import socket
import struct
import sys

from impacket.uuid import uuidtup_to_bin

from exmapi import EMSMDB, TAGS, Answer, Mailbox, MapiError, Session, Stub, bind, head, map_endpoint, row

ASYNC = uuidtup_to_bin(("5261574A-4572-206E-B268-6B199213B4E4", "0.1"))
INBOX = 4
NEW_MAIL, CREATED, TABLE = 0x8002, 0x8004, 0x8100
ROW_ADDED = 3


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def events(m):
    """Fetches what is queued by an Execute without ROPs."""
    a, _ = m.session.execute([], [m.handle])
    return a.end("nothing")


def register_push(session, to, context):
    """EcRRegisterPushNotification, [MS-OXCRPC] 3.1.4.5; returns its code."""
    family = socket.AF_INET6 if ":" in to[0] else socket.AF_INET
    host = socket.inet_pton(family, to[0])
    if family == socket.AF_INET:
        address = struct.pack("<H", 2) + struct.pack(">H", to[1]) + host + b"\0" * 8
    else:
        address = struct.pack("<H", 23) + struct.pack(">H", to[1]) + b"\0" * 4 + host + b"\0" * 4
    s = Stub().raw(session.cxh).u32(0).conformant(context).u16(len(context)).u32(0xFFFFFFFF).conformant(address).u16(len(address))
    session.dce.call(4, s.data)
    a = Answer(session.dce.recv())
    check(a.take(20) == session.cxh, "another handle")
    a.u32()
    return a.u32()


def ready():
    """Tells whoever started this that mail may come, and waits until they did what they wanted."""
    print(json.dumps({"ready": True}), flush=True)


def async_wait(dce, cxh):
    """EcDoAsyncConnectEx, then EcDoAsyncWaitEx over the same connection."""
    dce.call(14, cxh)
    a = Answer(dce.recv())
    acxh, code = a.take(20), a.u32()
    check(code == 0 and acxh != b"\0" * 20, "EcDoAsyncConnectEx: 0x%08X" % code)
    waits = dce.alter_ctx(ASYNC)
    waits.call(0, acxh + struct.pack("<L", 0))
    ready()
    a = Answer(waits.recv())
    flags, code = a.u32(), a.u32()
    check((flags, code) == (1, 0), "EcDoAsyncWaitEx: %d, 0x%08X" % (flags, code))


def woken(args, level, read_message):
    """Logs on, subscribes, opens the Inbox with the newest mail first, waits, and sees the mail where it belongs."""
    port = map_endpoint(args.host, args.epm, EMSMDB)
    dce = bind(args.host, port, EMSMDB, args.user, args.password, args.domain, level, args.fragment)
    m = Mailbox(Session(dce).connect(args.dn)).logon(args.dn)
    a, table = m.one(struct.pack("<BBBBHB", 0x29, 0, 0, 1, 0x007E, 1), [m.handle, m.NEW])
    head(a, 0x29, 1)
    a.end()
    subscription = table[1]
    columns = [TAGS[n] for n in ("FolderId", "Mid", "Subject", "DeliveryTime")]
    rows_handle, before = m.contents(m.open_folder(m.folders[INBOX]))
    m.set_columns(rows_handle, columns)
    m.sort(rows_handle, [(TAGS["DeliveryTime"], 1)])
    m.query_rows(rows_handle, columns, 10)
    check(events(m) == [], "something was told before anything happened")
    if args.push:
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind((args.host, 0))
        s.settimeout(60)
        context = b"\x01\x02\x03\x04\x05\x06\x07\x08"
        check(register_push(m.session, ("192.0.2.1", 4000), context) == 0x80070005, "a foreign address was taken")
        code = register_push(m.session, s.getsockname(), context)
        check(code == 0, "EcRRegisterPushNotification: 0x%08X" % code)
        ready()
        check(s.recv(100) == context, "the datagram is another one")
    else:
        async_wait(dce, m.session.cxh)
    sys.stdin.readline()  # the mail is delivered
    told = events(m)
    kinds = {e["flags"] for e in told}
    check(NEW_MAIL in kinds and CREATED in kinds, "told %r" % (told,))
    mail = [e for e in told if e["flags"] == NEW_MAIL][0]
    check(mail["handle"] == subscription and mail["folder"] == m.folders[INBOX] and mail["class"] == "IPM.Note", "new mail %r" % (mail,))
    added = [e for e in told if e["flags"] == TABLE and e["event"] == ROW_ADDED]
    check(len(added) == 1 and added[0]["handle"] == rows_handle, "rows %r" % (told,))
    check(added[0]["row"] == (m.folders[INBOX], mail["message"], 0), "row %r" % (added[0],))
    check(added[0]["after"] == (0, 0, 0), "the newest mail follows %r" % (added[0]["after"],))
    values = row(Answer(added[0]["data"]), columns)
    a, _ = m.one(struct.pack("<BBBBl", 0x18, 0, 0, 0, 0) + b"\0", [rows_handle])
    head(a, 0x18, 0)
    _, rows = m.query_rows(rows_handle, columns, 50)
    check(rows[0] == values and len(rows) == min(50, before + 1), "the table begins with %r, told was %r" % (rows[0], values))
    check(events(m) == [], "told twice")
    message = read_message(m, m.folders[INBOX], mail["message"])
    m.session.disconnect()
    return {"subject": values[TAGS["Subject"]], "events": len(told), "message": message}
