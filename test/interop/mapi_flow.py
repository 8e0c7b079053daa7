"""Flows of real clients against a running mapid, on impacket's RPC transport.

usage: mapi_flow.py SCENARIO --host H --epm PORT --user U --password P --dn DN [--level connect|integrity|privacy]
                    [--expect FILE.json] [--fragment N]

Scenarios: endpoints, read, libmapi, write, shared, submit, woken, refused, held, wrong. Each prints what it saw as JSON and exits with 0 only if every
check in it held.
"""

import argparse
import json
import struct
import sys

from impacket.dcerpc.v5 import epm, transport
from impacket.dcerpc.v5.rpcrt import DCERPCException

from exmapi import (
    CONNECT, EMSMDB, INTEGRITY, NSPI, PRIVACY, RFR, TAGS, Answer, Mailbox, MapiError, Session, Stub, bind,
    content_restriction, folder_id_from_entry_id, map_endpoint,
)
import mapi_notify
import mapi_shared
import mapi_submit
import mapi_write

LEVELS = {"connect": CONNECT, "integrity": INTEGRITY, "privacy": PRIVACY}


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def expect_code(code, what, fn, *args):
    try:
        fn(*args)
    except MapiError as e:
        check(e.code == code, "%s: 0x%08X, expected 0x%08X" % (what, e.code, code))
        return
    raise AssertionError("%s succeeded, expected 0x%08X" % (what, code))


def logon(args, level=None, **session):
    port = map_endpoint(args.host, args.epm, EMSMDB)
    dce = bind(args.host, port, EMSMDB, args.user, args.password, args.domain, level or LEVELS[args.level], args.fragment)
    s = Session(dce, **session).connect(args.dn)
    return Mailbox(s).logon(args.dn)


def endpoints(args):
    """Every interface is found by ept_map and listed by ept_lookup; an unknown one is not registered."""
    out = {}
    for name, interface in (("emsmdb", EMSMDB), ("nspi", NSPI), ("rfr", RFR)):
        out[name] = map_endpoint(args.host, args.epm, interface)
    trans = transport.DCERPCTransportFactory("ncacn_ip_tcp:%s[%d]" % (args.host, args.epm))
    dce = trans.get_dce_rpc()
    dce.connect()
    entries = epm.hept_lookup(args.host, dce=dce)
    listed = {str(e["tower"]["Floors"][0]) for e in entries}
    out["lookup"] = len(entries)
    out["annotations"] = sorted({bytes(e["annotation"]).rstrip(b"\0").decode() for e in entries})
    check(len(listed) >= 4, "ept_lookup lists %d interfaces" % len(listed))
    unknown = bytearray(EMSMDB)
    unknown[0] ^= 0xFF
    try:
        map_endpoint(args.host, args.epm, bytes(unknown))
    except DCERPCException as e:
        out["unknown"] = str(e)
        check("0x16c9a0d6" in str(e).lower() or "not_registered" in str(e).lower() or "ept_s" in str(e).lower(), str(e))
    else:
        raise AssertionError("an unknown interface was mapped")
    return out


def read_message(m, fid, mid):
    """Opens one message and reads it to the bottom, embedded messages included."""
    handle, info = m.open_message(fid, mid)
    out = read_open_message(m, handle, info)
    m.release(handle)
    return out


def read_open_message(m, handle, info):
    wanted = [TAGS[n] for n in ("Subject", "MessageClass", "HasAttachments", "DisplayTo", "SenderName", "MessageFlags")]
    props = m.props(handle, wanted)
    out = {"subject": props[TAGS["Subject"]], "class": props[TAGS["MessageClass"]]}
    if isinstance(out["subject"], MapiError):
        out["subject"] = ""
    check((info["prefix"] or "") + (info["subject"] or "") == out["subject"], "subject of the open response differs: %r" % info)
    check(info["recipients"] >= len(info["rows"]), "RowCount over RecipientCount")
    out["recipients"] = [r.get("name") or r.get("email") or r.get("dn") for r in info["rows"]]
    tags = m.prop_list(handle)
    check(TAGS["Subject"] in tags or not out["subject"], "the property list lacks the subject")
    bodies = {}
    for name in ("Body", "Html"):
        try:
            data = m.read_stream(handle, TAGS[name])
        except MapiError as e:
            check(e.code == 0x8004010F, "opening %s: 0x%08X" % (name, e.code))
            continue
        bodies[name.lower()] = data.decode("utf-16-le") if name == "Body" else data.decode("utf-8", "replace")
    out.update(bodies)
    if props[TAGS["HasAttachments"]] is True:
        table = m.attachments(handle)
        columns = [TAGS["AttachNum"], TAGS["AttachMethod"], TAGS["AttachLongFilename"], TAGS["AttachSize"]]
        out["attachments"] = []
        for r in m.all_rows(table, columns):
            attachment = m.open_attachment(handle, r[TAGS["AttachNum"]])
            item = {"method": r[TAGS["AttachMethod"]]}
            if item["method"] == 5:
                inner, inner_info = m.open_embedded(attachment)
                item["message"] = read_open_message(m, inner, inner_info)
                m.release(inner)
            else:
                item["name"] = r[TAGS["AttachLongFilename"]]
                item["size"] = len(m.read_stream(attachment, TAGS["AttachDataBinary"], 0x7000))
            out["attachments"].append(item)
            m.release(attachment)
        m.release(table)
        check(out["attachments"], "HasAttachments is set but the table is empty")
    return out


def inbox_rows(m):
    fid, _ = m.get_receive_folder("")
    check(fid == m.folders[4], "the receive folder of \"\" is not the Inbox")
    folder = m.open_folder(fid)
    table, count = m.contents(folder)
    columns = [TAGS[n] for n in ("FolderId", "Mid", "InstID", "InstanceNum", "Subject", "DeliveryTime", "MessageFlags")]
    m.set_columns(table, columns)
    m.sort(table, [(TAGS["DeliveryTime"], 1)])
    rows = []
    while True:
        _, more = m.query_rows(table, columns, 7)
        rows += more
        if not more:
            break
    check(len(rows) == count, "%d rows, the table announced %d" % (len(rows), count))
    times = [r[TAGS["DeliveryTime"]] for r in rows]
    check(times == sorted(times, reverse=True), "rows are not in descending order of delivery")
    check(m.position(table) == (count, count), "position after the last row: %r" % (m.position(table),))
    return fid, folder, table, columns, rows


def read(args):
    """Logs on and reads subjects and bodies of the Inbox; --expect names the subjects in any order."""
    m = logon(args)
    fid, folder, table, columns, rows = inbox_rows(m)
    subjects = [r[TAGS["Subject"]] for r in rows]
    if args.expect:
        want = json.load(open(args.expect))
        check(sorted(subjects) == sorted(want), "subjects differ:\n got %r\nwant %r" % (sorted(subjects), sorted(want)))

    sought_less, moved = m.seek(table, 2, -len(rows))
    check((sought_less, moved) == (0, -len(rows)), "seek to the start: %r" % ((sought_less, moved),))
    _, backward = m.query_rows(table, columns, 5, forward=0)
    check(backward == [], "reading backward from the start gives rows")
    m.seek(table, 2, 0)
    _, backward = m.query_rows(table, columns, len(rows), forward=0)
    check([r[TAGS["Mid"]] for r in backward] == [r[TAGS["Mid"]] for r in reversed(rows)], "backward rows differ")

    some = next(s for s in subjects if s)
    found = m.find(table, content_restriction(TAGS["Subject"], some, 0x00010000), columns)
    check(found[TAGS["Subject"]].lower() == some.lower(), "FindRow found %r" % (found,))
    m.restrict(table, content_restriction(TAGS["Subject"], some, 0x00010000))
    _, hits = m.query_rows(table, columns)
    check(hits and all(r[TAGS["Subject"]].lower() == some.lower() for r in hits), "restriction let %r through" % (hits,))
    expect_code(0x8004010F, "FindRow without a match", m.find, table, content_restriction(TAGS["Subject"], "\u2603 no such"), columns)

    messages = [read_message(m, fid, r[TAGS["Mid"]]) for r in rows]
    for r, msg in zip(rows, messages):
        check(msg["subject"] == r[TAGS["Subject"]], "row and message differ in subject")
    ltid = m.long_term_id(fid)
    check(ltid[:16] == m.repl_guid and m.id_from_long_term(ltid) == fid, "long-term id does not round-trip")
    expect_code(0x8004010F, "opening a message that is not there", m.open_message, fid, fid)
    m.release(table)
    m.release(folder)
    m.release(m.handle)
    m.session.disconnect()
    return {"subjects": subjects, "messages": messages, "display_name": m.session.display_name, "dn_prefix": m.session.dn_prefix}


def read_nspi(args, level):
    """The address book calls of libmapi's profile creation, stubs by hand."""
    dce = bind(args.host, map_endpoint(args.host, args.epm, NSPI), NSPI, args.user, args.password, args.domain, level)
    stat = struct.pack("<9L", 0, 0, 0, 0, 0, 0, 1252, 0x409, 0x409)

    def call(opnum, data):
        dce.call(opnum, data)
        return Answer(dce.recv())

    a = call(0, Stub().u32(0).raw(stat).u32(0x20000).raw(b"\0" * 16).data)
    check(a.u32() != 0, "NspiBind gave no server GUID")
    guid, handle = a.take(16), a.take(20)
    check(a.u32() == 0 and guid != b"\0" * 16 and handle != b"\0" * 20, "NspiBind")

    a = call(12, Stub().raw(handle).u32(0).raw(stat).u32(0).data)
    a.u32()
    check(a.u32() != 0 and a.u32() >= 1, "NspiGetSpecialTable gave no rows")

    name = args.user.encode("utf-16-le") + b"\0\0"
    tags = [0x3001001E, 0x3003001E, 0x3A00001E, 0x39000003]
    s = Stub().raw(handle).u32(0).raw(stat).u32(0).u32(0).u32(0x20000)
    s.u32(4).u32(4).u32(4).u32(0x360C001F).u32(0x20004)
    s.u32(0x360C001F).u32(0).u32(0x1F).u32(0x20008).u32(len(name) // 2).u32(0).u32(len(name) // 2).raw(name).align(4)
    s.u32(0).u32(5000).u32(0x2000C).u32(len(tags) + 1).u32(len(tags)).u32(0).u32(len(tags))
    for t in tags:
        s.u32(t)
    a = call(5, s.data)
    a.take(36)
    check(a.u32() != 0, "GetMatches on PidTagAnr found nobody")
    a.u32()
    count = a.u32()
    check(a.u32() == 0 and a.u32() == count and count == 1, "GetMatches found %d" % count)
    mid = a.u32()
    check(mid >= 0x10, "MId %d" % mid)

    def tags_of(s, tags):
        s.u32(0x20000).u32(len(tags) + 1).u32(len(tags)).u32(0).u32(len(tags))
        for t in tags:
            s.u32(t)
        return s

    def string_row(a, n, skip):
        """One PropertyRow of n 8-bit strings behind skip bytes."""
        a.take(skip)
        a.u32(), a.u32(), a.u32(), a.u32()
        heads = [struct.unpack("<4L", a.take(16)) for _ in range(n)]
        out = []
        for tag, _, kind, ref in heads:
            if kind == 0x1E and ref:
                size, _, actual = a.u32(True), a.u32(), a.u32()
                out.append(a.take(actual)[:-1].decode("latin-1"))
            else:
                out.append(MapiError("0x%08X" % tag, ref))
        return out

    s = Stub().raw(handle).u32(0).raw(stat).u32(1).u32(0x20000).u32(1).u32(mid).u32(1)
    a = call(3, tags_of(s, [0x3001001E, 0x3003001E, 0x8006001E]).data)
    a.take(36)
    check(a.u32() != 0, "QueryRows gave no rows")
    display, dn, home = string_row(a, 3, 8)
    check(dn.lower() == args.dn.lower(), "EmailAddress is %r" % (dn,))
    server_dn = home.rsplit("/cn=", 1)[0]
    check("/cn=Configuration/cn=Servers/cn=" in server_dn, "HomeMDB is %r" % (home,))

    text = server_dn.encode() + b"\0"
    s = Stub().raw(handle).u32(0).u32(1).u32(1).u32(0x20000).u32(len(text)).u32(0).u32(len(text)).raw(text)
    a = call(7, s.data)
    check(a.u32() != 0, "DNToMId gave nothing")
    a.u32(), a.u32(), a.u32(), a.u32()
    server_mid = a.u32()
    check(server_mid >= 0x10, "the server's DN has no MId")

    own = struct.pack("<9L", 0, 0, server_mid, 0, 0, 0, 1252, 0x409, 0x409)
    a = call(9, tags_of(Stub().raw(handle).u32(0).raw(own), [0x8170101E]).data)
    check(a.u32() != 0, "GetProps of the server gave no row")
    a.take(12)
    check(a.u32() == 1 and a.u32() == 0x8170101E, "NetworkAddress is missing")
    a.take(8)
    values, _ = a.u32(), a.u32()
    a.u32()
    refs = [a.u32() for _ in range(values)]
    addresses = []
    for _ in refs:
        a.u32(True), a.u32()
        addresses.append(a.take(a.u32())[:-1].decode())
    check(any(x.startswith("ncacn_ip_tcp:") for x in addresses), "NetworkAddress is %r" % (addresses,))

    a = call(1, Stub().raw(handle).u32(0).data)
    check(a.take(20) == b"\0" * 20 and a.u32() == 1, "NspiUnbind")
    dce.disconnect()
    return {"display_name": display, "dn": dn, "home_mdb": home, "network_address": addresses}


def referral(args, level, dn=""):
    dce = bind(args.host, map_endpoint(args.host, args.epm, RFR), RFR, args.user, args.password, args.domain, level)
    dce.call(0, Stub().u32(0).string(dn).u32(0).u32(0x20000).u32(0).data)
    a = Answer(dce.recv())
    check(a.u32() == 0, "ppszUnused came back although it went in as NULL")
    check(a.u32() != 0, "ppszServer is NULL")
    server = a.ndr_string_pointer()
    check(a.u32(True) == 0, "RfrGetNewDSA failed")
    dce.disconnect()
    return server


def libmapi(args):
    """libmapi's order of calls: profile creation, log on, Inbox with bodies and attachments, every folder."""
    level = LEVELS[args.level]
    out = {"referral": referral(args, level)}
    out["profile"] = read_nspi(args, level)
    check(referral(args, level, args.dn) == out["referral"], "the user's referral differs")

    m = logon(args, level)
    fid, folder, table, _, rows = inbox_rows(m)
    out["messages"] = [read_message(m, fid, r[TAGS["Mid"]]) for r in rows]
    m.release(table)

    pointers = ["IpmAppointmentEntryId", "IpmContactEntryId", "IpmJournalEntryId", "IpmNoteEntryId", "IpmTaskEntryId", "IpmDraftsEntryId"]
    entry_ids = m.props(folder, [TAGS[p] for p in pointers])
    out["default_folders"] = {}
    for p in pointers:
        check(isinstance(entry_ids[TAGS[p]], bytes), "%s is missing on the Inbox" % p)
        other = m.open_folder(folder_id_from_entry_id(entry_ids[TAGS[p]], fid))
        out["default_folders"][p] = m.props(other, [TAGS["DisplayName"]])[TAGS["DisplayName"]]
        m.release(other)

    def walk(fid, depth):
        check(depth < 10, "folders nest without end")
        handle = m.open_folder(fid)
        table, count = m.hierarchy(handle)
        columns = [TAGS[n] for n in ("DisplayName", "FolderId", "ContentCount", "ContentUnread", "Subfolders")]
        rows = m.all_rows(table, columns)
        check(len(rows) == count, "%d folders, the table announced %d" % (len(rows), count))
        m.release(table)
        tree = {}
        for r in rows:
            children = walk(r[TAGS["FolderId"]], depth + 1)
            check(bool(children) == r[TAGS["Subfolders"]], "Subfolders of %r" % r[TAGS["DisplayName"]])
            tree[r[TAGS["DisplayName"]]] = children
        contents, total = m.contents(handle)
        check(total == len(m.all_rows(contents, [TAGS["Mid"], TAGS["Subject"]])), "contents count")
        m.release(contents)
        associated, total = m.contents(handle, 2)
        check(total == len(m.all_rows(associated, [TAGS["Mid"], TAGS["MessageClass"]])), "associated count")
        m.release(associated)
        m.release(handle)
        return tree

    out["tree"] = walk(m.folders[0], 0)
    props = m.props(m.handle, [TAGS["MailboxOwnerName"]])
    check(props[TAGS["MailboxOwnerName"]], "the store has no owner name")
    ids = m.ids_from_names([(b"\x08\x20\x06\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 0x8503), (b"\x29\x03\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", "Keywords")])
    check(all(i >= 0x8000 for i in ids) and len(set(ids)) == 2, "named property ids %r" % (ids,))
    m.release(m.handle)
    m.session.disconnect()
    return out


def write(args):
    """Creates, changes, copies, streams and deletes, and reads everything back."""
    return mapi_write.write(args, LEVELS[args.level], read_message)


def shared(args):
    """Reads categories, somebody else's inbox and public folders."""
    return mapi_shared.shared(args, LEVELS[args.level])


def submit(args):
    """Sends messages, and takes one back."""
    return mapi_submit.submit(args, LEVELS[args.level])


def woken(args):
    """Waits for mail, by EcDoAsyncWaitEx or by a datagram, and sees it come."""
    return mapi_notify.woken(args, LEVELS[args.level], read_message)


def refused(args):
    """With EncryptionRequired the clear connect gets ecNotEncrypted, an old client ecClientVerDisallowed, privacy is fine."""
    port = map_endpoint(args.host, args.epm, EMSMDB)
    for level in (CONNECT, INTEGRITY):
        dce = bind(args.host, port, EMSMDB, args.user, args.password, args.domain, level)
        expect_code(0x970, "a clear connect", Session(dce).connect, args.dn)
        dce = bind(args.host, port, EMSMDB, args.user, args.password, args.domain, level)
        expect_code(0x4DF, "a clear connect of Outlook 2003", Session(dce, version=(11, 5608, 0)).connect, args.dn)
    dce = bind(args.host, port, EMSMDB, args.user, args.password, args.domain, PRIVACY)
    Session(dce).connect(args.dn).disconnect()
    return {"refused": True}


def held(args):
    """A clear session goes on while EncryptionRequired is turned on: says ready, waits for a line, reads again."""
    m = logon(args, CONNECT)
    before = len(inbox_rows(m)[4])
    print(json.dumps({"ready": before}), flush=True)
    sys.stdin.readline()
    after = len(inbox_rows(m)[4])
    check(before == after and before > 0, "the running session sees %d messages, %d before" % (after, before))
    return {"before": before, "after": after}


def wrong(args):
    """A wrong password never gets as far as a call's answer."""
    port = map_endpoint(args.host, args.epm, EMSMDB)
    try:
        dce = bind(args.host, port, EMSMDB, args.user, args.password + "x", args.domain, LEVELS[args.level])
        Session(dce).connect(args.dn)
    except (DCERPCException, OSError) as e:
        return {"refused": str(e)}
    raise AssertionError("a wrong password was accepted")


def main():
    p = argparse.ArgumentParser()
    p.add_argument("scenario", choices=["endpoints", "read", "libmapi", "write", "shared", "submit", "woken", "refused", "held", "wrong"])
    p.add_argument("--host", default="127.0.0.1")
    p.add_argument("--epm", type=int, default=135)
    p.add_argument("--user", default="alice")
    p.add_argument("--password", default="Password1!")
    p.add_argument("--domain", default="MAPID")
    p.add_argument("--dn", default="/o=mapid/ou=First Administrative Group/cn=Recipients/cn=alice")
    p.add_argument("--level", choices=sorted(LEVELS), default="privacy")
    p.add_argument("--fragment", type=int, default=0)
    p.add_argument("--expect")
    p.add_argument("--push", action="store_true")
    args = p.parse_args()
    print(json.dumps(globals()[args.scenario](args), default=str))


if __name__ == "__main__":
    main()
