"""EMSMDB over impacket's RPC transport, written from MS-OXCRPC, MS-OXCROPS and MS-OXCDATA.

It shares nothing with the server: stubs, headers, compression and ROPs are packed and parsed here by hand, so that
a mistake on one side cannot hide behind the same mistake on the other.
"""

import struct

from impacket.dcerpc.v5 import epm, transport
from impacket.dcerpc.v5.rpcrt import RPC_C_AUTHN_WINNT
from impacket.uuid import uuidtup_to_bin

EMSMDB = uuidtup_to_bin(("A4F1DB00-CA47-1067-B31F-00DD010662DA", "0.81"))
NSPI = uuidtup_to_bin(("F5CC5A18-4264-101A-8C59-08002B2F8426", "56.0"))
RFR = uuidtup_to_bin(("1544F5E0-613C-11D1-93DF-00C04FD7BD09", "1.0"))

CONNECT, INTEGRITY, PRIVACY = 2, 5, 6


class MapiError(Exception):
    """A protocol result code other than success."""

    def __init__(self, what, code):
        super().__init__("%s: 0x%08X" % (what, code))
        self.code = code


# ---- finding and binding ---------------------------------------------------------------------------------------


def map_endpoint(host, epm_port, interface):
    """Asks the endpoint mapper and returns the TCP port of an interface."""
    trans = transport.DCERPCTransportFactory("ncacn_ip_tcp:%s[%d]" % (host, epm_port))
    dce = trans.get_dce_rpc()
    dce.connect()
    binding = epm.hept_map(host, interface, protocol="ncacn_ip_tcp", dce=dce)
    dce.disconnect()
    return int(binding.split("[")[1].rstrip("]"))


def bind(host, port, interface, user=None, password=None, domain="", level=PRIVACY, fragment=0):
    """Connects, authenticates by NTLM unless user is None, and binds."""
    trans = transport.DCERPCTransportFactory("ncacn_ip_tcp:%s[%d]" % (host, port))
    trans.set_connect_timeout(20)
    dce = trans.get_dce_rpc()
    if user is not None:
        trans.set_credentials(user, password, domain)
        dce.set_credentials(user, password, domain)
        dce.set_auth_type(RPC_C_AUTHN_WINNT)
        dce.set_auth_level(level)
    dce.connect()
    if fragment:
        dce.set_max_fragment_size(fragment)
    dce.bind(interface)
    return dce


# ---- NDR -------------------------------------------------------------------------------------------------------


class Stub:
    """Writes one request stub."""

    def __init__(self):
        self.data = b""

    def align(self, n):
        self.data += b"\0" * (-len(self.data) % n)
        return self

    def u16(self, v):
        self.align(2)
        self.data += struct.pack("<H", v)
        return self

    def u32(self, v):
        self.align(4)
        self.data += struct.pack("<L", v & 0xFFFFFFFF)
        return self

    def raw(self, b):
        self.data += b
        return self

    def string(self, s):
        b = s.encode("ascii") + b"\0"
        self.u32(len(b)).u32(0).u32(len(b)).raw(b)
        return self

    def conformant(self, b):
        self.u32(len(b)).raw(b)
        return self


class Answer:
    """Reads one response stub, or any little-endian structure."""

    def __init__(self, data):
        self.data, self.off = data, 0

    def align(self, n):
        self.off += -self.off % n

    def take(self, n):
        if self.off + n > len(self.data):
            raise ValueError("answer is cut short at %d of %d" % (self.off + n, len(self.data)))
        b = self.data[self.off : self.off + n]
        self.off += n
        return b

    def left(self):
        return len(self.data) - self.off

    def end(self, what=""):
        """Reads what may stand behind the last response, [MS-OXCNOTIF] 3.1.5.5: RopNotify and RopPending. Nothing else may."""
        events = []
        while self.left():
            rop = self.u8()
            if rop == 0x6E:
                self.take(2)
                continue
            assert rop == 0x2A, "0x%02X and %d bytes behind the %s" % (rop, self.left(), what or "responses")
            events.append(self.notification())
        return events

    def notification(self):
        """Reads a RopNotify without its RopId, [MS-OXCNOTIF] 2.2.1.4.1."""
        e = {"handle": self.u32(), "logon": self.u8(), "flags": self.u16()}
        of_message, kind = e["flags"] & 0x8000, e["flags"] & 0x0FFF
        if kind == 0x0100:  # TableModified
            e["event"] = event = self.u16()
            row = struct.Struct("<QQL" if of_message else "<Q")
            if event in (3, 4, 5):  # a row was added, deleted or changed
                e["row"] = row.unpack(self.take(row.size))
            if event in (3, 5):
                e["after"] = row.unpack(self.take(row.size))
                e["data"] = self.take(self.u16())
            return e
        e["folder"] = self.u64()
        if of_message:
            e["message"] = self.u64()
        if e["flags"] & 0x4000 and of_message:
            self.u64()  # the folder of a search
        if kind in (0x0004, 0x0008, 0x0020, 0x0040) and (not of_message or e["flags"] & 0x4000):
            e["parent"] = self.u64()
        if kind in (0x0020, 0x0040):
            e["old folder"] = self.u64()
            e["old message" if of_message else "old parent"] = self.u64()
        if kind in (0x0004, 0x0010):
            count = self.u16()
            e["tags"] = [self.u32() for _ in range(count if count != 0xFFFF else 0)]
        if e["flags"] & 0x1000:
            e["total"] = self.u32()
        if e["flags"] & 0x2000:
            e["unread"] = self.u32()
        if kind == 0x0002:  # NewMail
            e["message flags"] = self.u32()
            unicode = self.u8()
            end = b"\0\0" if unicode else b"\0"
            text = b""
            while not text.endswith(end) or len(text) % len(end):
                text += self.take(len(end))
            e["class"] = text.decode("utf-16le" if unicode else "ascii")[:-1]
        return e

    def u8(self):
        return self.take(1)[0]

    def u16(self, aligned=False):
        if aligned:
            self.align(2)
        return struct.unpack("<H", self.take(2))[0]

    def u32(self, aligned=False):
        if aligned:
            self.align(4)
        return struct.unpack("<L", self.take(4))[0]

    def i32(self):
        return struct.unpack("<l", self.take(4))[0]

    def u64(self):
        return struct.unpack("<Q", self.take(8))[0]

    def asciiz(self):
        end = self.data.index(b"\0", self.off)
        s = self.data[self.off : end]
        self.off = end + 1
        return s.decode("latin-1")

    def utf16z(self):
        start = self.off
        while self.take(2) != b"\0\0":
            pass
        return self.data[start : self.off - 2].decode("utf-16-le")

    def ndr_string_pointer(self):
        if self.u32(True) == 0:
            return None
        size, offset, actual = self.u32(True), self.u32(True), self.u32(True)
        assert offset == 0 and actual <= size, "varying string %d %d %d" % (size, offset, actual)
        b = self.take(actual)
        assert b[-1:] == b"\0", "string without terminator"
        return b[:-1].decode("latin-1")

    def ndr_bytes(self):
        size, offset, actual = self.u32(True), self.u32(True), self.u32(True)
        assert offset == 0 and actual <= size, "varying bytes %d %d %d" % (size, offset, actual)
        return self.take(actual)


# ---- RPC_HEADER_EXT --------------------------------------------------------------------------------------------


def lz77(data, size):
    """Expands Plain LZ77 as MS-OXCRPC 3.1.4.1.1.2 describes it."""
    out = bytearray()
    src = 0
    bits, left = 0, 0
    nibble_at = -1
    while len(out) < size:
        if left == 0:
            bits = struct.unpack_from("<L", data, src)[0]
            src += 4
            left = 32
        left -= 1
        if not bits >> left & 1:
            out.append(data[src])
            src += 1
            continue
        word = struct.unpack_from("<H", data, src)[0]
        src += 2
        distance, length = (word >> 3) + 1, word & 7
        if length == 7:
            if nibble_at < 0:
                nibble_at = src
                extra = data[src] & 15
                src += 1
            else:
                extra = data[nibble_at] >> 4
                nibble_at = -1
            length = extra + 7
            if extra == 15:
                more = data[src]
                src += 1
                length = more + 22
                if more == 255:
                    length = struct.unpack_from("<H", data, src)[0]
                    src += 2
        length += 3
        for _ in range(length):
            out.append(out[-distance])
    return bytes(out)


def wrap(payload, xor):
    """Puts a payload behind one RPC_HEADER_EXT with the Last flag."""
    flags = 4
    if xor:
        flags |= 2
        payload = bytes(b ^ 0xA5 for b in payload)
    return struct.pack("<HHHH", 0, flags, len(payload), len(payload)) + payload


def unwrap(data):
    """Returns the payloads of a chain of extended buffers."""
    payloads = []
    a = Answer(data)
    last = not data
    while not last:
        version, flags, size, actual = a.u16(), a.u16(), a.u16(), a.u16()
        assert version == 0, "RPC_HEADER_EXT version %d" % version
        payload = a.take(size)
        if flags & 2:
            payload = bytes(b ^ 0xA5 for b in payload)
        if flags & 1:
            assert size < actual, "compressed without gain"
            payload = lz77(payload, actual)
        assert len(payload) == actual, "payload of %d bytes, %d announced" % (len(payload), actual)
        payloads.append(payload)
        last = flags & 4
    assert a.left() == 0, "%d bytes behind the last extended buffer" % a.left()
    return payloads


# ---- property values (MS-OXCDATA 2.11) -------------------------------------------------------------------------

TAGS = {
    "Subject": 0x0037001F, "Body": 0x1000001F, "Mid": 0x674A0014, "FolderId": 0x67480014, "InstID": 0x674D0014,
    "InstanceNum": 0x674E0003, "DisplayName": 0x3001001F, "HasAttachments": 0x0E1B000B, "MessageClass": 0x001A001F,
    "DeliveryTime": 0x0E060040, "MessageFlags": 0x0E070003, "ContentCount": 0x36020003, "ContentUnread": 0x36030003,
    "Subfolders": 0x360A000B, "Depth": 0x30050003, "ContainerClass": 0x3613001F, "SenderName": 0x0C1A001F,
    "Html": 0x10130102, "RtfCompressed": 0x10090102, "DisplayTo": 0x0E04001F, "AttachNum": 0x0E210003,
    "AttachMethod": 0x37050003, "AttachLongFilename": 0x3707001F, "AttachDataBinary": 0x37010102,
    "AttachSize": 0x0E200003, "IpmAppointmentEntryId": 0x36D00102, "IpmContactEntryId": 0x36D10102,
    "IpmJournalEntryId": 0x36D20102, "IpmNoteEntryId": 0x36D30102, "IpmTaskEntryId": 0x36D40102,
    "IpmDraftsEntryId": 0x36D70102, "MailboxOwnerName": 0x661C001F, "EntryId": 0x0FFF0102,
}


def value(a, kind):
    """Reads one property value of a type in the form ROP buffers use."""
    if kind in (0x0002,):
        return struct.unpack("<h", a.take(2))[0]
    if kind == 0x0003:
        return a.i32()
    if kind == 0x000A:
        return MapiError("value", a.u32())
    if kind == 0x000B:
        return a.u8() != 0
    if kind == 0x0004:
        return struct.unpack("<f", a.take(4))[0]
    if kind in (0x0005, 0x0007):
        return struct.unpack("<d", a.take(8))[0]
    if kind in (0x0014, 0x0040, 0x0006):
        return a.u64()
    if kind == 0x001E:
        return a.asciiz()
    if kind == 0x001F:
        return a.utf16z()
    if kind == 0x0048:
        return a.take(16)
    if kind in (0x0102, 0x00FB):
        return a.take(a.u16())
    if kind & 0x1000:
        return [value(a, kind & ~0x1000) for _ in range(a.u32())]
    raise ValueError("type 0x%04X" % kind)


def row(a, tags):
    """Reads one PropertyRow over columns; values in error come as MapiError objects."""
    flagged = a.u8()
    assert flagged in (0, 1), "row flag %d" % flagged
    values = {}
    for tag in tags:
        kind = tag & 0xFFFF
        if kind == 0:
            kind = a.u16()
        flag = a.u8() if flagged else 0
        if flag == 0:
            values[tag] = value(a, kind)
        elif flag == 0x0A:
            values[tag] = MapiError("0x%08X" % tag, a.u32())
        else:
            assert flag == 1, "value flag %d" % flag
            values[tag] = None
    return values


# ---- EMSMDB ----------------------------------------------------------------------------------------------------


class Session:
    """One EMSMDB session context."""

    def __init__(self, dce, version=(0x000C, 0x183E, 0x03E8), xor=True, max_out=0x8007, flags=0):
        self.dce, self.version, self.xor, self.max_out, self.flags = dce, version, xor, max_out, flags
        self.cxh = b"\0" * 20

    def connect(self, user_dn, aux=b""):
        s = Stub().string(user_dn)
        for v in (0, 0, 0, 1252, 0x409, 0x409, 0xFFFFFFFF):
            s.u32(v)
        s.u16(1)
        for w in self.version:
            s.u16(w)
        s.u32(0).conformant(aux).u32(len(aux)).u32(0x1008)
        self.dce.call(10, s.data)
        a = Answer(self.dce.recv())
        self.cxh = a.take(20)
        self.polls, self.retries, self.delay = a.u32(), a.u32(), a.u32()
        self.icxr = a.u16()
        self.dn_prefix = a.ndr_string_pointer()
        self.display_name = a.ndr_string_pointer()
        a.align(2)
        self.server_version = tuple(a.u16() for _ in range(3))
        self.best_version = tuple(a.u16() for _ in range(3))
        self.time_stamp = a.u32(True)
        self.aux_out = a.ndr_bytes()
        aux_size = a.u32(True)
        code = a.u32()
        assert aux_size == len(self.aux_out), "pcbAuxOut %d, %d bytes" % (aux_size, len(self.aux_out))
        if code:
            assert self.cxh == b"\0" * 20, "handle of a refused connect is not NULL"
            raise MapiError("EcDoConnectEx", code)
        return self

    def execute_raw(self, payload):
        rgb = wrap(payload, self.xor)
        s = Stub().raw(self.cxh).u32(self.flags).conformant(rgb).u32(len(rgb)).u32(self.max_out)
        s.conformant(b"").u32(0).u32(0x1008)
        self.dce.call(11, s.data)
        a = Answer(self.dce.recv())
        cxh = a.take(20)
        a.u32()
        rgb_out = a.ndr_bytes()
        size = a.u32(True)
        a.ndr_bytes()
        a.u32(True)
        a.u32()
        code = a.u32()
        if code:
            raise MapiError("EcDoRpcExt2", code)
        assert size == len(rgb_out) and cxh == self.cxh
        return unwrap(rgb_out)

    def execute(self, rops, handles):
        """Runs a list of ROP requests; returns the bytes of the responses and the handle table."""
        body = b"".join(rops)
        payload = struct.pack("<H", len(body) + 2) + body + b"".join(struct.pack("<L", h) for h in handles)
        payloads = self.execute_raw(payload)
        assert len(payloads) == 1, "%d payloads without asking for chaining" % len(payloads)
        a = Answer(payloads[0])
        size = a.u16()
        answer = a.take(size - 2)
        table = []
        while a.left():
            table.append(a.u32())
        return Answer(answer), table

    def disconnect(self):
        self.dce.call(1, self.cxh)
        a = Answer(self.dce.recv())
        assert a.take(20) == b"\0" * 20 and a.u32() == 0, "EcDoDisconnect"


def head(a, rop_id, index=None):
    """Reads RopId, handle index and ReturnValue of a response and raises on failure."""
    got = a.u8()
    assert got == rop_id, "response 0x%02X, expected 0x%02X" % (got, rop_id)
    idx = a.u8()
    assert index is None or idx == index, "handle index %d, expected %d" % (idx, index)
    code = a.u32()
    if code:
        raise MapiError("ROP 0x%02X" % rop_id, code)


class Mailbox:
    """ROPs of logging on and reading, one per call as libmapi sends them."""

    NEW = 0xFFFFFFFF

    def __init__(self, session):
        self.session = session

    def one(self, rop, handles):
        a, table = self.session.execute([rop], handles)
        return a, table

    def logon(self, dn, flags=0x0100040C):
        essdn = dn.encode("ascii") + b"\0"
        a, table = self.one(struct.pack("<BBBBLLH", 0xFE, 0, 0, 1, flags, 0, len(essdn)) + essdn, [self.NEW])
        head(a, 0xFE, 0)
        assert a.u8() & 1, "LogonFlags without Private"
        self.folders = [a.u64() for _ in range(13)]
        self.response_flags = a.u8()
        self.mailbox_guid = a.take(16)
        self.repl_id = a.u16()
        self.repl_guid = a.take(16)
        a.take(16)
        a.u32()
        a.end("logon response")
        self.handle = table[0]
        return self

    def get_receive_folder(self, message_class=""):
        a, _ = self.one(struct.pack("<BBB", 0x27, 0, 0) + message_class.encode() + b"\0", [self.handle])
        head(a, 0x27, 0)
        return a.u64(), a.asciiz()

    def open_folder(self, fid, parent=None):
        a, table = self.one(struct.pack("<BBBBQB", 0x02, 0, 0, 1, fid, 0), [parent or self.handle, self.NEW])
        head(a, 0x02, 1)
        a.u8(), a.u8()
        return table[1]

    def table(self, rop_id, folder, flags):
        a, table = self.one(struct.pack("<BBBBB", rop_id, 0, 0, 1, flags), [folder, self.NEW])
        head(a, rop_id, 1)
        return table[1], a.u32()

    def contents(self, folder, flags=0):
        return self.table(0x05, folder, flags)

    def hierarchy(self, folder, flags=0):
        return self.table(0x04, folder, flags)

    def set_columns(self, table, tags):
        a, _ = self.one(struct.pack("<BBBBH", 0x12, 0, 0, 0, len(tags)) + b"".join(struct.pack("<L", t) for t in tags), [table])
        head(a, 0x12, 0)
        assert a.u8() == 0, "TableStatus"

    def sort(self, table, orders):
        body = struct.pack("<BBBBHHH", 0x13, 0, 0, 0, len(orders), 0, 0)
        for tag, order in orders:
            body += struct.pack("<LB", tag, order)
        a, _ = self.one(body, [table])
        head(a, 0x13, 0)

    def restrict(self, table, restriction):
        a, _ = self.one(struct.pack("<BBBBH", 0x14, 0, 0, 0, len(restriction)) + restriction, [table])
        head(a, 0x14, 0)

    def query_rows(self, table, tags, count=50, forward=1):
        a, _ = self.one(struct.pack("<BBBBBH", 0x15, 0, 0, 0, forward, count), [table])
        head(a, 0x15, 0)
        origin, n = a.u8(), a.u16()
        rows = [row(a, tags) for _ in range(n)]
        a.end("rows")
        return origin, rows

    def all_rows(self, table, tags, count=50):
        self.set_columns(table, tags)
        rows = []
        while True:
            _, more = self.query_rows(table, tags, count)
            if not more:
                return rows
            rows += more

    def position(self, table):
        a, _ = self.one(struct.pack("<BBB", 0x17, 0, 0), [table])
        head(a, 0x17, 0)
        return a.u32(), a.u32()

    def seek(self, table, origin, count):
        a, _ = self.one(struct.pack("<BBBBlB", 0x18, 0, 0, origin, count, 1), [table])
        head(a, 0x18, 0)
        return a.u8(), a.i32()

    def find(self, table, restriction, tags, backward=0, origin=0):
        a, _ = self.one(
            struct.pack("<BBBBH", 0x4F, 0, 0, backward, len(restriction)) + restriction + struct.pack("<BH", origin, 0), [table]
        )
        head(a, 0x4F, 0)
        a.u8()
        return row(a, tags) if a.u8() else None

    def props(self, handle, tags):
        body = struct.pack("<BBBHHH", 0x07, 0, 0, 0, 1, len(tags)) + b"".join(struct.pack("<L", t) for t in tags)
        a, _ = self.one(body, [handle])
        head(a, 0x07, 0)
        values = row(a, tags)
        a.end("properties")
        return values

    def prop_list(self, handle):
        a, _ = self.one(struct.pack("<BBB", 0x09, 0, 0), [handle])
        head(a, 0x09, 0)
        return [a.u32() for _ in range(a.u16())]

    def all_props(self, handle):
        a, _ = self.one(struct.pack("<BBBHH", 0x08, 0, 0, 0, 1), [handle])
        head(a, 0x08, 0)
        values = {}
        for _ in range(a.u16()):
            tag = a.u32()
            values[tag] = value(a, tag & 0xFFFF)
        a.end("properties")
        return values

    def open_message(self, fid, mid, parent=None):
        a, table = self.one(
            struct.pack("<BBBBHQBQ", 0x03, 0, 0, 1, 0x0FFF, fid, 0, mid), [parent or self.handle, self.NEW]
        )
        head(a, 0x03, 1)
        info = self.message_info(a)
        a.end("message")
        return table[1], info

    def message_info(self, a):
        info = {"named": a.u8(), "prefix": typed_string(a), "subject": typed_string(a), "recipients": a.u16()}
        tags = [a.u32() for _ in range(a.u16())]
        info["rows"] = [open_recipient(a, tags) for _ in range(a.u8())]
        return info

    def read_recipients(self, message, first=0):
        a, _ = self.one(struct.pack("<BBBLH", 0x0F, 0, 0, first, 0), [message])
        head(a, 0x0F, 0)
        return a

    def attachments(self, message):
        a, table = self.one(struct.pack("<BBBBB", 0x21, 0, 0, 1, 0x40), [message, self.NEW])
        head(a, 0x21, 1)
        a.end()
        return table[1]

    def open_attachment(self, message, number):
        a, table = self.one(struct.pack("<BBBBBL", 0x22, 0, 0, 1, 0, number), [message, self.NEW])
        head(a, 0x22, 1)
        return table[1]

    def open_embedded(self, attachment):
        a, table = self.one(struct.pack("<BBBBHB", 0x46, 0, 0, 1, 0x0FFF, 0), [attachment, self.NEW])
        head(a, 0x46, 1)
        a.u8()
        a.u64()
        info = self.message_info(a)
        a.end()
        return table[1], info

    def read_stream(self, handle, tag, piece=0x1000):
        a, table = self.one(struct.pack("<BBBBLB", 0x2B, 0, 0, 1, tag, 0), [handle, self.NEW])
        head(a, 0x2B, 1)
        size, stream, data = a.u32(), table[1], b""
        while True:
            a, _ = self.one(struct.pack("<BBBH", 0x2C, 0, 0, piece), [stream])
            head(a, 0x2C, 0)
            got = a.take(a.u16())
            data += got
            if len(got) < piece:
                break
        self.release(stream)
        assert len(data) == size, "stream of %d bytes announced %d" % (len(data), size)
        return data

    def long_term_id(self, object_id):
        a, _ = self.one(struct.pack("<BBBQ", 0x43, 0, 0, object_id), [self.handle])
        head(a, 0x43, 0)
        return a.take(24)

    def id_from_long_term(self, ltid):
        a, _ = self.one(struct.pack("<BBB", 0x44, 0, 0) + ltid, [self.handle])
        head(a, 0x44, 0)
        return a.u64()

    def ids_from_names(self, names, create=2):
        body = struct.pack("<BBBBH", 0x56, 0, 0, create, len(names))
        for guid, name in names:
            if isinstance(name, int):
                body += b"\0" + guid + struct.pack("<L", name)
            else:
                text = name.encode("utf-16-le") + b"\0\0"
                body += b"\1" + guid + struct.pack("<B", len(text)) + text
        a, _ = self.one(body, [self.handle])
        head(a, 0x56, 0)
        return [a.u16() for _ in range(a.u16())]

    def release(self, handle):
        a, _ = self.one(struct.pack("<BBB", 0x01, 0, 0), [handle])
        a.end("answer to RopRelease, which has none")


def typed_string(a):
    """TypedString, MS-OXCDATA 2.11.7."""
    kind = a.u8()
    if kind in (0, 1):
        return None if kind == 0 else ""
    if kind in (2, 3):
        return a.asciiz()
    assert kind == 4, "TypedString type %d" % kind
    return a.utf16z()


def open_recipient(a, tags):
    """OpenRecipientRow with its RecipientRow, MS-OXCDATA 2.8.3."""
    kind, _, _ = a.u8(), a.u16(), a.u16()
    r = Answer(a.take(a.u16()))
    flags = r.u16()
    out = {"type": kind, "flags": flags}
    text = r.utf16z if flags & 0x0200 else r.asciiz
    if flags & 7 == 1:
        out["prefix"], out["display_type"] = r.u8(), r.u8()
        out["dn"] = r.asciiz()
    if flags & 7 in (6, 7):
        r.take(r.u16())
        r.take(r.u16())
    if flags & 7 == 0 and flags & 0x8000:
        out["address_type"] = r.asciiz()
    if flags & 0x0008:
        out["email"] = text()
    if flags & 0x0010:
        out["name"] = text()
    if flags & 0x0400:
        out["simple"] = text()
    if flags & 0x0020:
        out["transmittable"] = text()
    count = r.u16()
    out["props"] = row(r, tags[:count])
    assert r.left() == 0, "%d bytes behind a recipient row" % r.left()
    return out


def folder_id_from_entry_id(entry_id, like):
    """Rebuilds a FID from a folder entry id as libmapi does: its counter and the replica id of another FID."""
    assert len(entry_id) == 46, "folder entry id of %d bytes" % len(entry_id)
    return int.from_bytes(struct.pack("<H", like & 0xFFFF) + entry_id[-8:-2], "little")


def content_restriction(tag, text, fuzzy=0x00010001):
    """RES_CONTENT: substring, any case, unless told otherwise."""
    return struct.pack("<BHHLL", 3, fuzzy & 0xFFFF, fuzzy >> 16, tag, tag) + text.encode("utf-16-le") + b"\0\0"


def exist_restriction(tag):
    return struct.pack("<BL", 8, tag)
