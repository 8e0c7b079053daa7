"""The flow of tables with categories, of somebody else's folder and of public folders, MS-OXCTABL 2.2.2.3, 2.2.2.17 and
2.2.2.18, MS-OXCSTOR 2.2.1.1 and MS-OXCPERM 2.2.7."""

import struct

from exmapi import EMSMDB, TAGS, MapiError, Session, bind, head, map_endpoint
from exmapi_write import Writer
from mapi_write import check, counts, mids, refuses

SENT_REPRESENTING, ROW_TYPE, RIGHTS, ACCESS = 0x0042001F, 0x0FF50003, 0x66390003, 0x0FF40003
COLLAPSED, EXPANDED, LEAF = 4, 3, 1
REVIEWER, AUTHOR = 0x401, 0x41B
SITE = "EX:/o=mapid/ou=First Administrative Group"
DN = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn="


class Shared(Writer):
    """A mailbox with what only these flows need."""

    def public_logon(self):
        """RopLogon of the public folders, MS-OXCROPS 2.2.3.1.3."""
        a, table = self.one(struct.pack("<BBBBLLH", 0xFE, 0, 0, 0, 0x01000002, 0, 0), [self.NEW])
        head(a, 0xFE, 0)
        check(a.u8() & 1 == 0, "LogonFlags with Private")
        self.folders = [a.u64() for _ in range(13)]
        a.u16()
        a.take(16)
        a.take(16)
        check(a.left() == 0, "%d bytes behind the logon response" % a.left())
        self.handle = table[0]
        return self

    def sort_categories(self, table, orders, categories, expanded):
        body = struct.pack("<BBBBHHH", 0x13, 0, 0, 0, len(orders), categories, expanded)
        for tag, order in orders:
            body += struct.pack("<LB", tag, order)
        a, _ = self.one(body, [table])
        head(a, 0x13, 0)
        check(a.u8() == 0 and a.left() == 0, "TableStatus")

    def expand(self, table, category):
        a, _ = self.one(struct.pack("<BBBHQ", 0x59, 0, 0, 0, category), [table])
        head(a, 0x59, 0)
        n, rows = a.u32(), a.u16()
        check(rows == 0 and a.left() == 0, "%d rows that nobody asked for" % rows)
        return n

    def collapse(self, table, category):
        a, _ = self.one(struct.pack("<BBBQ", 0x5A, 0, 0, category), [table])
        head(a, 0x5A, 0)
        n = a.u32()
        check(a.left() == 0, "%d bytes behind the response" % a.left())
        return n

    def mark_public(self, message, flags):
        """RopSetMessageReadFlag, which has ClientData on a public logon."""
        a, _ = self.one(struct.pack("<BBBBB", 0x11, 0, 0, 1, flags) + bytes(24), [self.handle, message])
        head(a, 0x11, 0)
        changed = a.u8()
        if changed:
            check(a.u8() == 0, "LogonId")
            a.take(24)
        check(a.left() == 0, "%d bytes behind the response" % a.left())
        return changed


def session(args, level, user):
    port = map_endpoint(args.host, args.epm, EMSMDB)
    dce = bind(args.host, port, EMSMDB, user, args.password, args.domain, level, args.fragment)
    return Shared(Session(dce).connect(DN + user))


def close(m):
    m.release(m.handle)
    m.session.disconnect()


def read_all(m, table, tags):
    m.seek(table, 0, 0)
    rows = []
    while True:
        _, more = m.query_rows(table, tags, 20)
        if not more:
            return rows
        rows += more


def categories(args, level):
    """Alice's inbox by sender: closed, opened one by one, and closed again."""
    m = session(args, level, "alice").logon(DN + "alice")
    inbox = m.open_folder(m.folders[4])
    total, unread = counts(m, inbox)
    table, _ = m.contents(inbox)
    tags = [ROW_TYPE, TAGS["Depth"], TAGS["InstID"], SENT_REPRESENTING, TAGS["ContentCount"], TAGS["ContentUnread"], TAGS["Subject"]]
    m.set_columns(table, tags)
    m.sort_categories(table, [(SENT_REPRESENTING, 0), (TAGS["DeliveryTime"], 1)], 1, 0)
    headers = read_all(m, table, tags)
    names = [h[SENT_REPRESENTING] for h in headers]
    check(len(headers) > 2 and all(h[ROW_TYPE] == COLLAPSED and h[TAGS["Depth"]] == 0 for h in headers), "headers %r" % (headers,))
    check(names == sorted(names, key=str.lower), "the order of categories is %r" % (names,))
    check(sum(h[TAGS["ContentCount"]] for h in headers) == total, "the categories do not add up to %d messages" % total)
    check(sum(h[TAGS["ContentUnread"]] for h in headers) == unread, "the categories do not add up to %d unread ones" % unread)
    check(all(isinstance(h[TAGS["Subject"]], MapiError) for h in headers), "a header has a subject")
    for n, h in enumerate(headers):
        check(m.expand(table, h[TAGS["InstID"]]) == h[TAGS["ContentCount"]], "RopExpandRow of %r" % (h,))
        rows = read_all(m, table, tags)
        opened = [r for r in rows if r[ROW_TYPE] == EXPANDED]
        check(len(opened) == n + 1, "%d categories are open after %d" % (len(opened), n + 1))
    rows = read_all(m, table, tags)
    leaves = [r for r in rows if r[ROW_TYPE] == LEAF]
    check(len(leaves) == total and len(rows) == total + len(headers), "%d rows, %d of them messages" % (len(rows), len(leaves)))
    within = None
    for r in rows:
        if r[ROW_TYPE] == EXPANDED:
            within = r[SENT_REPRESENTING]
        else:
            check(r[SENT_REPRESENTING] == within and r[TAGS["Depth"]] == 1, "row %r in category %r" % (r, within))
    for h in headers:
        check(m.collapse(table, h[TAGS["InstID"]]) == h[TAGS["ContentCount"]], "RopCollapseRow of %r" % (h,))
    check([h[SENT_REPRESENTING] for h in read_all(m, table, tags)] == names, "rows are left")
    refuses(0x8004010F, "opening a category that is not there", m.expand, table, 0x7700000000000001)
    close(m)
    return {"categories": len(headers), "messages": len(leaves)}


def delegate(args, level):
    """Carol reads alice's inbox, as she may, and nothing else."""
    m = session(args, level, "carol").logon(DN + "alice", 0x01000400)
    check(m.response_flags & 2 == 0, "a delegate is told to be the owner")
    root = m.open_folder(m.folders[0])
    table, _ = m.hierarchy(root, 4)
    seen = [r[TAGS["DisplayName"]] for r in m.all_rows(table, [TAGS["DisplayName"]])]
    check("Inbox" in seen and "Drafts" not in seen and "Sent Items" not in seen, "carol sees %r" % (seen,))
    inbox = m.open_folder(m.folders[4])
    v = m.props(inbox, [RIGHTS, ACCESS])
    check(v == {RIGHTS: REVIEWER, ACCESS: 2}, "rights %r" % (v,))
    found = mids(m, inbox)
    check(len(found) > 20, "%d messages" % len(found))
    handle, _ = m.open_message(m.folders[4], found[0])
    m.release(handle)
    refuses(0x80070005, "opening for writing", m.open_writable, m.folders[4], found[0])
    refuses(0x4FF, "making a message", m.create_message, m.folders[4])
    refuses(0x8004010F, "opening the sent items", m.open_folder, m.folders[6])
    check(m.delete(inbox, [found[0]]) == 1 and len(mids(m, inbox)) == len(found), "carol deleted a message")
    close(m)
    return {"seen": seen, "messages": len(found)}


def public(args, level):
    """Carol posts, bob reads, each with a read state of their own."""
    carol, bob = session(args, level, "carol").public_logon(), session(args, level, "bob").public_logon()
    table, _ = carol.hierarchy(carol.open_folder(carol.folders[1]))
    listed = {r[TAGS["DisplayName"]]: r[TAGS["FolderId"]] for r in carol.all_rows(table, [TAGS["DisplayName"], TAGS["FolderId"]])}
    carol.release(table)  # or it is told of changes
    check(sorted(listed) == ["Announcements", "Projects"], "public folders %r" % (listed,))
    site = carol.open_folder(carol.folders[7])
    check(carol.props(site, [TAGS["DisplayName"]])[TAGS["DisplayName"]] == SITE, "the folder of free and busy times")
    fid = listed["Announcements"]
    hers, his = carol.open_folder(fid), bob.open_folder(fid)
    check(carol.props(hers, [RIGHTS])[RIGHTS] == AUTHOR, "rights of everybody")
    before = counts(bob, his)
    message = carol.create_message(fid)
    check(carol.set_props(message, {TAGS["Subject"]: "Interop post", TAGS["MessageClass"]: "IPM.Post"}) == [], "the post's properties")
    mid = carol.save(message)
    check(counts(bob, his) == (before[0] + 1, before[1] + 1), "bob has not one unread message more")
    handle, info = bob.open_message(fid, mid)
    check(info["subject"] == "Interop post", "subject %r" % (info,))
    check(bob.mark_public(handle, 0x01) == 1 and bob.mark_public(handle, 0x01) == 0, "marked as read")
    check(counts(bob, his) == (before[0] + 1, before[1]), "bob has read it")
    bob.release(handle)
    refuses(0x80070005, "opening somebody else's for writing", bob.open_writable, fid, mid)
    check(bob.delete(his, [mid], hard=1) == 1, "bob deleted carol's message")
    check(carol.delete(hers, [mid], hard=1) == 0 and counts(bob, his) == before, "carol deletes her own")
    for m in (carol, bob):
        close(m)
    return {"folders": sorted(listed)}


def shared(args, level):
    return {"categories": categories(args, level), "delegate": delegate(args, level), "public": public(args, level)}
