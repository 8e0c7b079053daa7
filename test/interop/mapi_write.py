"""The flow that changes a mailbox: everything it makes is read back, by the ROPs that read and in another session."""

import struct

from exmapi import EMSMDB, TAGS, MapiError, Session, bind, map_endpoint
from exmapi_write import Writer, encoded, smtp_row, x500_row

COMMENT, IMPORTANCE, CUSTOM = 0x3004001F, 0x00170003, 0x68130102
EVERY_TYPE = {
    0x6A010002: -2, 0x6A020003: -3, 0x6A030004: 1.5, 0x6A040005: -2.25, 0x6A050006: -12345, 0x6A060007: 36526.5, 0x6A07000B: 1,
    0x6A080014: -(1 << 40), 0x6A090040: 0x01DC000000000000, 0x6A0A0048: bytes(range(16)), 0x6A0B001F: "Größe \U0001D11E",
    0x6A0C0102: bytes(range(256)), 0x6A0D1003: [1, -2, 3], 0x6A0E101F: ["", "a", "ß"], 0x6A0F1102: [b"", b"\0\1"], 0x6A101014: [1 << 50],
}


def check(condition, text):
    if not condition:
        raise AssertionError(text)


def refuses(code, what, fn, *args):
    try:
        fn(*args)
    except MapiError as e:
        check(e.code == code, "%s: 0x%08X, expected 0x%08X" % (what, e.code, code))
        return
    raise AssertionError("%s succeeded, expected 0x%08X" % (what, code))


def open_mailbox(args, level):
    port = map_endpoint(args.host, args.epm, EMSMDB)
    dce = bind(args.host, port, EMSMDB, args.user, args.password, args.domain, level, args.fragment)
    return Writer(Session(dce).connect(args.dn)).logon(args.dn)


def same(props, want, what):
    for tag, v in want.items():
        got = props[tag]
        if tag & 0xFFFF == 0x000B:
            v = bool(v)
        if isinstance(got, int) and isinstance(v, int) and got != v and tag & 0xFFFF in (0x0006, 0x0014):
            got = struct.unpack("<q", struct.pack("<Q", got))[0]
        if tag & 0xFFFF == 0x1014:
            got = [struct.unpack("<q", struct.pack("<Q", g))[0] for g in got]
        check(got == v, "%s: 0x%08X is %r, expected %r" % (what, tag, got, v))


def folders(m):
    """Makes, names, moves, copies and deletes folders."""
    inbox = m.open_folder(m.folders[4])
    top, top_id = m.create_folder(inbox, "Interop Größe", "made from the specification")
    refuses(0x80040604, "a second folder of that name", m.create_folder, inbox, "interop größe")
    again, again_id = m.create_folder(inbox, "interop GRÖßE", existing=1)
    check(again_id == top_id, "OpenExisting opened another folder")
    m.release(again)
    props = m.props(top, [TAGS["DisplayName"], COMMENT, TAGS["ContentCount"], TAGS["Subfolders"]])
    same(props, {TAGS["DisplayName"]: "Interop Größe", COMMENT: "made from the specification", TAGS["ContentCount"]: 0, TAGS["Subfolders"]: 0}, "folder")
    check(m.set_props(top, {COMMENT: "changed", CUSTOM: b"\0mine"}) == [], "setting properties of a folder")
    check([p[0:2] for p in m.set_props(top, {TAGS["ContentCount"]: 7, COMMENT: "again"})] == [(0, TAGS["ContentCount"])], "a count was set")
    same(m.props(top, [COMMENT, CUSTOM, TAGS["ContentCount"]]), {COMMENT: "again", CUSTOM: b"\0mine", TAGS["ContentCount"]: 0}, "folder")
    a, a_id = m.create_folder(top, "a")
    b, b_id = m.create_folder(top, "b")
    inner, _ = m.create_folder(a, "inner")
    check(m.delete_folder(top, a_id, 0) == 1, "a folder with one below it was deleted without the flag")
    check(m.copy_folder(top, b, a_id, "copy of a", 1) == 0, "RopCopyFolder")
    check(m.move_folder(top, b, a_id, "moved a") == 0, "RopMoveFolder")
    table, _ = m.hierarchy(top, 4)
    names = sorted(r[TAGS["DisplayName"]] for r in m.all_rows(table, [TAGS["DisplayName"]]))
    check(names == ["b", "copy of a", "inner", "inner", "moved a"], "folders %r" % (names,))
    check(m.delete_folder(top, b_id, 0x04 | 0x01) == 0, "RopDeleteFolder")
    table, count = m.hierarchy(top, 4)
    check(count == 0 and m.all_rows(table, [TAGS["DisplayName"]]) == [], "folders are left")
    for handle in (a, b, inner):
        m.release(handle)
    return inbox, top, top_id


def compose(m, folder_id):
    """A message with properties of every type, recipients, bodies of any size, a file and a message in a message."""
    message = m.create_message(folder_id)
    subject = {TAGS["Subject"]: "RE: Interop ß", TAGS["MessageClass"]: "IPM.Note.Interop", IMPORTANCE: 2}
    check(m.set_props(message, {**subject, **EVERY_TYPE}) == [], "setting properties of every type")
    named = m.ids_from_names([(b"\x29\x03\x02\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", "Keywords"), (b"\x08\x20\x06\0\0\0\0\0\xc0\0\0\0\0\0\0\x46", 0x8503)])
    names = {named[0] << 16 | 0x101F: ["red", "grün"], named[1] << 16 | 0x000B: 1}
    check(m.set_props(message, names) == [], "setting named properties")
    tracked = 0x5FFF0003
    m.recipients(message, [
        (0, 1, smtp_row("Zoë", "zoe@elsewhere.test", struct.pack("<HB", 1, 0) + encoded(tracked, 3))),
        (1, 2, x500_row("Bob Brown", "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=bob", struct.pack("<HB", 1, 0) + encoded(tracked, 4))),
        (2, 3, smtp_row("Somebody", "s@elsewhere.test")), (3, 1, smtp_row("Gone", "g@elsewhere.test")),
    ], [tracked])
    m.recipients(message, [(3, 1, None), (2, 1, smtp_row("Somebody Else", "else@elsewhere.test"))])
    body = "Zeile ß \U0001D11E\r\n" * 5000
    m.write_stream(message, TAGS["Body"], body.encode("utf-16-le"))
    data = bytes(i % 251 for i in range(50000))
    file, number = m.create_attachment(message)
    check(m.set_props(file, {TAGS["AttachMethod"]: 1, TAGS["AttachLongFilename"]: "Größe.bin"}) == [], "an attachment's properties")
    m.write_stream(file, TAGS["AttachDataBinary"], data)
    m.save_attachment(message, file)
    m.release(file)
    holder, second = m.create_attachment(message)
    check(second != number, "two attachments have one number")
    m.set_props(holder, {TAGS["AttachMethod"]: 5, TAGS["DisplayName"]: "a message"})
    inner = m.embed(holder)
    m.set_props(inner, {TAGS["Subject"]: "inside", TAGS["MessageClass"]: "IPM.Note", TAGS["Body"]: "text of the inner one"})
    m.recipients(inner, [(0, 1, smtp_row("Inner", "inner@elsewhere.test"))])
    m.save(inner)
    m.save_attachment(message, holder)
    lost, third = m.create_attachment(message)
    m.release(lost)  # never saved
    mid = m.save(message)
    check(mid != 0 and third not in (number, second), "the message has no id")
    m.release(message)
    return mid, {**subject, **EVERY_TYPE, **names}, body, data


def verify(m, read_message, fid, mid, want, body, data):
    """Reads the message to the bottom."""
    handle, info = m.open_message(fid, mid)
    check((info["prefix"], info["subject"]) == ("RE: ", "Interop ß"), "subject %r" % (info,))
    same(m.props(handle, list(want)), want, "message")
    rows = [(r["type"], r.get("name"), r.get("email") or r.get("dn")) for r in info["rows"]]
    dn = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn=bob"
    check([(t, n, e.lower()) for t, n, e in rows] == [(1, "Zoë", "zoe@elsewhere.test"), (2, "Bob Brown", dn.lower()), (1, "Somebody Else", "else@elsewhere.test")],
          "recipients %r" % (rows,))
    check([r["props"].get(0x5FFF0003) for r in info["rows"][:2]] == [3, 4], "columns of the recipients")
    check(m.props(handle, [TAGS["DisplayTo"]])[TAGS["DisplayTo"]] == "Zoë; Somebody Else", "PidTagDisplayTo")
    m.release(handle)
    seen = read_message(m, fid, mid)
    check(seen["body"] == body, "a body of %d characters came back as %d" % (len(body), len(seen["body"])))
    check(seen["attachments"][0]["name"] == "Größe.bin" and seen["attachments"][0]["size"] == len(data), "attachments %r" % (seen["attachments"],))
    inner = seen["attachments"][1]["message"]
    check(len(seen["attachments"]) == 2 and inner["subject"] == "inside" and inner["recipients"] == ["Inner"], "attachments %r" % (seen["attachments"],))
    handle, _ = m.open_message(fid, mid)
    attachment = m.open_attachment(handle, 0)
    check(m.read_stream(attachment, TAGS["AttachDataBinary"], 0x7000) == data, "the file's bytes")
    m.release(attachment)
    m.release(handle)


def streams(m, message):
    """A stream that is changed in place."""
    stream, size = m.open_stream(message, CUSTOM, 2)
    check(size == 0, "a stream made anew has %d bytes" % size)
    m.write(stream, b"0123456789" * 100)
    check(m.seek_stream(stream, 0, 5) == 5 and m.seek_stream(stream, 1, -2) == 3 and m.seek_stream(stream, 2, -10) == 990, "RopSeekStream")
    m.write(stream, b"abc")
    m.resize(stream, 995)
    check(m.stream_size(stream) == 995, "RopSetStreamSize")
    m.commit(stream)
    m.release(stream)
    want = (b"0123456789" * 99 + b"abc3456789")[:995]
    check(m.read_stream(message, CUSTOM) == want, "the stream's bytes")
    return want


def counts(m, folder):
    v = m.props(folder, [TAGS["ContentCount"], TAGS["ContentUnread"]])
    return v[TAGS["ContentCount"]], v[TAGS["ContentUnread"]]


def mids(m, folder, flags=0):
    table, _ = m.contents(folder, flags)
    found = [r[TAGS["Mid"]] for r in m.all_rows(table, [TAGS["Mid"]])]
    m.release(table)
    return found


def write(args, level, read_message):
    """Creates, changes, copies, moves, streams and deletes; a second session sees all of it."""
    m, other = open_mailbox(args, level), open_mailbox(args, level)
    inbox, top, top_id = folders(m)
    mid, want, body, data = compose(m, top_id)
    for session in (m, other):
        verify(session, read_message, top_id, mid, want, body, data)
    check(counts(m, top) == (1, 0), "counts %r" % (counts(m, top),))

    # Another copy, by CopyTo into a new message; without its recipients and files by CopyProperties.
    source, _ = m.open_message(top_id, mid)
    copy = m.create_message(top_id)
    check(m.copy_to(source, copy) == [], "RopCopyTo")
    copy_id = m.save(copy)
    m.release(copy)
    verify(other, read_message, top_id, copy_id, want, body, data)
    part = m.create_message(top_id)
    check(m.copy_props(source, part, [TAGS["Subject"], IMPORTANCE]) == [], "RopCopyProperties")
    part_id = m.save(part)
    handle, info = other.open_message(top_id, part_id)
    same(other.props(handle, [TAGS["Subject"], IMPORTANCE, TAGS["HasAttachments"]]), {TAGS["Subject"]: "RE: Interop ß", IMPORTANCE: 2, TAGS["HasAttachments"]: 0}, "part")
    check(info["recipients"] == 0, "recipients were copied")
    other.release(handle)
    m.release(part)
    m.release(source)

    # Changes of a saved message.
    message, _ = m.open_writable(top_id, mid)
    check(m.delete_props(message, [0x6A0B001F, 0x6AFF001F]) == [], "RopDeleteProperties")
    stream = streams(m, message)
    m.delete_attachment(message, 0)
    m.no_recipients(message)
    handle, info = other.open_message(top_id, mid)
    check(info["recipients"] == 3, "a change was seen before it was saved")
    other.release(handle)
    m.save(message)
    m.release(message)
    handle, info = other.open_message(top_id, mid)
    gone = other.props(handle, [0x6A0B001F])[0x6A0B001F]
    check(info["recipients"] == 0 and isinstance(gone, MapiError) and gone.code == 0x8004010F, "after the save %r, %r" % (info, gone))
    check(other.read_stream(handle, CUSTOM) == stream, "the stream after the save")
    table = other.attachments(handle)
    check(len(other.all_rows(table, [TAGS["AttachNum"]])) == 1, "attachments after one was deleted")
    other.release(table)
    other.release(handle)

    # Read flags, copies, moves and deletions of messages.
    target, target_id = m.create_folder(top, "target")
    check(m.read_flags(top, [copy_id, part_id], 0x04 | 0x01) == 0 and counts(m, top) == (3, 2), "unread: %r" % (counts(m, top),))
    check(m.messages(top, target, [copy_id], 1) == 0 and m.messages(top, target, [part_id], 0) == 0, "RopMoveCopyMessages")
    check(counts(m, top) == (2, 1) and counts(m, target) == (2, 2), "counts %r, %r" % (counts(m, top), counts(m, target)))
    copied = min(mids(m, target), key=lambda i: i.to_bytes(8, "little")[2:])
    verify(other, read_message, target_id, copied, want, body, data)
    refuses(0x8004010F, "opening a message that was moved away", m.open_message, top_id, part_id)
    check(m.delete(target, [copied]) == 0, "RopDeleteMessages")
    check(mids(m, target, 0x20) == [copied] and counts(m, target)[0] == 1, "soft-deleted messages %r" % (mids(m, target, 0x20),))
    check(m.delete(target, mids(m, target), hard=1) == 0 and mids(m, target, 0x20) == [copied], "RopHardDeleteMessages")
    check(m.empty_folder(top) == 0 and counts(m, top) == (0, 0), "RopEmptyFolder")
    table, below = m.hierarchy(top)
    check(below == 0, "%d folders are left" % below)
    m.release(table)
    check(m.delete_folder(inbox, top_id, 0x01 | 0x04 | 0x10) == 0, "RopDeleteFolder for good")
    refuses(0x8004010F, "opening a folder that is gone", other.open_folder, top_id)
    for session in (m, other):
        session.release(session.handle)
        session.session.disconnect()
    return {"body": len(body), "file": len(data), "types": len(EVERY_TYPE)}
