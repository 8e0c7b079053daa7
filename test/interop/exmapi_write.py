"""ROPs that change a mailbox, written from MS-OXCROPS 2.2.4, 2.2.6, 2.2.8 and 2.2.9; one per call."""

import struct

from exmapi import Answer, Mailbox, MapiError, head, row, typed_string  # noqa: F401  (Answer and row for callers)


def encoded(tag, v):
    """A property value in the form of ROP buffers, MS-OXCDATA 2.11."""
    kind = tag & 0xFFFF
    if kind & 0x1000:
        return struct.pack("<L", len(v)) + b"".join(encoded(kind & ~0x1000, e) for e in v)
    if kind == 0x0002:
        return struct.pack("<h", v)
    if kind == 0x0003:
        return struct.pack("<l", v)
    if kind == 0x0004:
        return struct.pack("<f", v)
    if kind in (0x0005, 0x0007):
        return struct.pack("<d", v)
    if kind in (0x0006, 0x0014):
        return struct.pack("<q", v)
    if kind == 0x0040:
        return struct.pack("<Q", v)
    if kind == 0x000B:
        return struct.pack("<B", v)
    if kind == 0x001E:
        return v.encode("cp1252") + b"\0"
    if kind == 0x001F:
        return v.encode("utf-16-le") + b"\0\0"
    if kind == 0x0048:
        return v
    if kind == 0x0102:
        return struct.pack("<H", len(v)) + v
    raise ValueError("type 0x%04X" % kind)


def tagged(props):
    """TaggedPropertyValue after TaggedPropertyValue."""
    return b"".join(struct.pack("<L", tag) + encoded(tag, v) for tag, v in props.items())


def problems(a):
    """The problem array of a response: (index, tag, code) each, MS-OXCDATA 2.7."""
    found = [(a.u16(), a.u32(), a.u32()) for _ in range(a.u16())]
    a.end("problems")
    return found


def smtp_row(name, address, columns=b""):
    """A RecipientRow with SMTP address and Unicode names; columns are the bytes from RecipientColumnCount on."""
    return struct.pack("<H", 0x0200 | 0x0010 | 0x0008 | 3) + encoded(0x1F, address) + encoded(0x1F, name) + (columns or b"\0\0\0")


def x500_row(name, dn, columns=b""):
    """A RecipientRow of somebody in the address book."""
    return struct.pack("<H", 0x0200 | 0x0040 | 0x0010 | 1) + b"\0\0" + dn.encode() + b"\0" + encoded(0x1F, name) + (columns or b"\0\0\0")


class Writer(Mailbox):
    """A mailbox that is also changed."""

    def create_folder(self, parent, name, comment="", existing=0, kind=1):
        body = struct.pack("<BBBBBBBB", 0x1C, 0, 0, 1, kind, 1, existing, 0) + encoded(0x1F, name) + encoded(0x1F, comment)
        a, table = self.one(body, [parent, self.NEW])
        head(a, 0x1C, 1)
        fid, is_existing = a.u64(), a.u8()
        assert is_existing == 0, "a private folder tells that it existed"
        a.end()
        return table[1], fid

    def partial(self, rop_id, body, handles):
        """Runs a ROP that answers PartialCompletion."""
        a, _ = self.one(body, handles)
        head(a, rop_id, 0)
        flag = a.u8()
        a.end()
        return flag

    def delete_folder(self, parent, fid, flags):
        return self.partial(0x1D, struct.pack("<BBBBQ", 0x1D, 0, 0, flags, fid), [parent])

    def empty_folder(self, folder, associated=0):
        return self.partial(0x58, struct.pack("<BBBBB", 0x58, 0, 0, 0, associated), [folder])

    def move_folder(self, source, target, fid, name):
        return self.partial(0x35, struct.pack("<BBBBBBQ", 0x35, 0, 0, 1, 0, 1, fid) + encoded(0x1F, name), [source, target])

    def copy_folder(self, source, target, fid, name, deep):
        return self.partial(0x36, struct.pack("<BBBBBBBQ", 0x36, 0, 0, 1, 0, deep, 1, fid) + encoded(0x1F, name), [source, target])

    def create_message(self, fid, associated=0):
        a, table = self.one(struct.pack("<BBBBHQB", 0x06, 0, 0, 1, 0x0FFF, fid, associated), [self.handle, self.NEW])
        head(a, 0x06, 1)
        if a.u8():
            a.u64()
        a.end()
        return table[1]

    def open_writable(self, fid, mid):
        a, table = self.one(struct.pack("<BBBBHQBQ", 0x03, 0, 0, 1, 0x0FFF, fid, 1, mid), [self.handle, self.NEW])
        head(a, 0x03, 1)
        return table[1], self.message_info(a)

    def save(self, message, flags=2, parent=None):
        """RopSaveChangesMessage: the response names the first handle, and the input handle again behind it."""
        a, _ = self.one(struct.pack("<BBBBB", 0x0C, 0, 0, 1, flags), [parent or self.handle, message])
        head(a, 0x0C, 0)
        assert a.u8() == 1, "InputHandleIndex of the response"
        mid = a.u64()
        a.end()
        return mid

    def set_props(self, handle, props):
        values = tagged(props)
        a, _ = self.one(struct.pack("<BBBHH", 0x0A, 0, 0, len(values) + 2, len(props)) + values, [handle])
        head(a, 0x0A, 0)
        return problems(a)

    def delete_props(self, handle, tags):
        a, _ = self.one(struct.pack("<BBBH", 0x0B, 0, 0, len(tags)) + b"".join(struct.pack("<L", t) for t in tags), [handle])
        head(a, 0x0B, 0)
        return problems(a)

    def copy_to(self, source, target, exclude=(), sub_objects=1, flags=0):
        body = struct.pack("<BBBBBBBH", 0x39, 0, 0, 1, 0, sub_objects, flags, len(exclude)) + b"".join(struct.pack("<L", t) for t in exclude)
        a, _ = self.one(body, [source, target])
        head(a, 0x39, 0)
        return problems(a)

    def copy_props(self, source, target, tags, flags=0):
        body = struct.pack("<BBBBBBH", 0x67, 0, 0, 1, 0, flags, len(tags)) + b"".join(struct.pack("<L", t) for t in tags)
        a, _ = self.one(body, [source, target])
        head(a, 0x67, 0)
        return problems(a)

    def recipients(self, message, rows, columns=()):
        """RopModifyRecipients; rows are (row id, type, RecipientRow bytes or None to delete)."""
        body = struct.pack("<BBBH", 0x0E, 0, 0, len(columns)) + b"".join(struct.pack("<L", t) for t in columns)
        body += struct.pack("<H", len(rows))
        for row_id, kind, data in rows:
            data = data or b""
            body += struct.pack("<LBH", row_id, kind, len(data)) + data
        a, _ = self.one(body, [message])
        head(a, 0x0E, 0)
        a.end()

    def no_recipients(self, message):
        a, _ = self.one(struct.pack("<BBBL", 0x0D, 0, 0, 0), [message])
        head(a, 0x0D, 0)

    def create_attachment(self, message):
        a, table = self.one(struct.pack("<BBBB", 0x23, 0, 0, 1), [message, self.NEW])
        head(a, 0x23, 1)
        return table[1], a.u32()

    def save_attachment(self, message, attachment, flags=2):
        a, _ = self.one(struct.pack("<BBBBB", 0x25, 0, 0, 1, flags), [message, attachment])
        head(a, 0x25, 0)

    def delete_attachment(self, message, number):
        a, _ = self.one(struct.pack("<BBBL", 0x24, 0, 0, number), [message])
        head(a, 0x24, 0)

    def embed(self, attachment):
        """RopOpenEmbeddedMessage that makes the message."""
        a, table = self.one(struct.pack("<BBBBHB", 0x46, 0, 0, 1, 0x0FFF, 2), [attachment, self.NEW])
        head(a, 0x46, 1)
        a.u8(), a.u64()
        self.message_info(a)
        return table[1]

    def open_stream(self, handle, tag, mode):
        a, table = self.one(struct.pack("<BBBBLB", 0x2B, 0, 0, 1, tag, mode), [handle, self.NEW])
        head(a, 0x2B, 1)
        return table[1], a.u32()

    def write(self, stream, data):
        a, _ = self.one(struct.pack("<BBBH", 0x2D, 0, 0, len(data)) + data, [stream])
        head(a, 0x2D, 0)
        return a.u16()

    def seek_stream(self, stream, origin, offset):
        a, _ = self.one(struct.pack("<BBBBq", 0x2E, 0, 0, origin, offset), [stream])
        head(a, 0x2E, 0)
        return a.u64()

    def resize(self, stream, size):
        a, _ = self.one(struct.pack("<BBBQ", 0x2F, 0, 0, size), [stream])
        head(a, 0x2F, 0)

    def stream_size(self, stream):
        a, _ = self.one(struct.pack("<BBB", 0x5E, 0, 0), [stream])
        head(a, 0x5E, 0)
        return a.u32()

    def commit(self, stream):
        a, _ = self.one(struct.pack("<BBB", 0x5D, 0, 0), [stream])
        head(a, 0x5D, 0)

    def write_stream(self, handle, tag, data, piece=0x3000):
        """Makes a property anew through a stream."""
        stream, _ = self.open_stream(handle, tag, 2)
        for i in range(0, len(data), piece):
            part = data[i:i + piece]
            assert self.write(stream, part) == len(part), "a short write"
        self.commit(stream)
        assert self.stream_size(stream) == len(data), "size of the stream"
        self.release(stream)

    def messages(self, source, target, mids, copy):
        body = struct.pack("<BBBBH", 0x33, 0, 0, 1, len(mids)) + b"".join(struct.pack("<Q", m) for m in mids)
        return self.partial(0x33, body + struct.pack("<BB", 0, copy), [source, target])

    def delete(self, folder, mids, hard=0):
        rop_id = 0x91 if hard else 0x1E
        body = struct.pack("<BBBBBH", rop_id, 0, 0, 0, 0, len(mids)) + b"".join(struct.pack("<Q", m) for m in mids)
        return self.partial(rop_id, body, [folder])

    def read_flags(self, folder, mids, flags):
        body = struct.pack("<BBBBBH", 0x66, 0, 0, 0, flags, len(mids)) + b"".join(struct.pack("<Q", m) for m in mids)
        return self.partial(0x66, body, [folder])
