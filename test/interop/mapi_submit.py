"""The flow that sends: a message composed by ROPs appears at its recipient and in Sent Items, one to nobody comes back,
and one that is to be sent later is taken back. MS-OXOMSG 3.2.4 and 3.3.5."""

import struct
import time

from exmapi import EMSMDB, TAGS, MapiError, Session, bind, head, map_endpoint
from exmapi_write import Writer, smtp_row, x500_row
from mapi_write import check, mids, refuses

INBOX, OUTBOX, SENT = 4, 5, 6
DN = "/o=mapid/ou=First Administrative Group/cn=Recipients/cn="
SEARCH_KEY, DEFERRED, SENDER, REPRESENTING = 0x300B0102, 0x3FEF0040, 0x0C1A001F, 0x0042001F
ORIGINAL_SUBJECT, PARENT_KEY, TO_ME, FLAGS = 0x0049001F, 0x00250102, 0x0057000B, 0x0E070003
SUBMITTED, UNSENT = 4, 8
LATER = 0x02000000_00000000


class Submitter(Writer):
    """A mailbox that sends."""

    def submit(self, message, flags=0):
        """RopSubmitMessage, MS-OXCROPS 2.2.7.1."""
        a, _ = self.one(struct.pack("<BBBB", 0x32, 0, 0, flags), [message])
        head(a, 0x32, 0)
        a.end()

    def abort(self, fid, mid):
        """RopAbortSubmit, MS-OXCROPS 2.2.7.2."""
        a, _ = self.one(struct.pack("<BBBQQ", 0x34, 0, 0, fid, mid), [self.handle])
        head(a, 0x34, 0)
        a.end()

    def transport_folder(self):
        """RopGetTransportFolder, MS-OXCROPS 2.2.7.8."""
        a, _ = self.one(struct.pack("<BBB", 0x6D, 0, 0), [self.handle])
        head(a, 0x6D, 0)
        fid = a.u64()
        a.end()
        return fid

    def compose(self, subject, rows, props=()):
        message = self.create_message(self.folders[OUTBOX])
        check(self.set_props(message, {TAGS["Subject"]: subject, TAGS["Body"]: "text of " + subject, **dict(props)}) == [], "setting properties")
        self.recipients(message, rows)
        return message

    def by_subject(self, folder, subject):
        handle = self.open_folder(self.folders[folder])
        table, _ = self.contents(handle)
        found = [r[TAGS["Mid"]] for r in self.all_rows(table, [TAGS["Mid"], TAGS["Subject"]]) if r[TAGS["Subject"]] == subject]
        self.release(table)
        self.release(handle)
        return found

    def await_one(self, folder, subject):
        """The message with a subject, once it is there."""
        for _ in range(200):
            found = self.by_subject(folder, subject)
            if found:
                check(len(found) == 1, "%d messages %r" % (len(found), subject))
                return found[0]
            time.sleep(0.05)
        raise AssertionError("no message %r came" % subject)


def log_on(args, user, password, level):
    port = map_endpoint(args.host, args.epm, EMSMDB)
    dce = bind(args.host, port, EMSMDB, user, password, args.domain, level, args.fragment)
    return Submitter(Session(dce).connect(DN + user)).logon(DN + user)


def values(m, folder, mid, tags):
    handle, info = m.open_message(m.folders[folder], mid)
    props = m.props(handle, tags)
    m.release(handle)
    return props, info


def submit(args, level):
    alice, bob = log_on(args, "alice", "Password1!", level), log_on(args, "bob", "Password1!", level)
    check(alice.transport_folder() == alice.folders[OUTBOX], "RopGetTransportFolder")
    subject = "sent by ROPs %d" % level
    message = alice.compose(subject, [(0, 1, x500_row("Bob Brown", DN + "bob")), (1, 2, smtp_row("Nobody", "nobody@mapid.test"))])
    alice.save(message)
    alice.submit(message)
    alice.release(message)

    got = bob.await_one(INBOX, subject)
    props, info = values(bob, INBOX, got, [TAGS["Body"], SENDER, REPRESENTING, TO_ME, SEARCH_KEY, FLAGS])
    check(props[TAGS["Body"]] == "text of " + subject and props[TO_ME] and info["recipients"] == 2, "bob has %r" % (props,))
    check(props[SENDER] == props[REPRESENTING] == "Alice Adams" and props[FLAGS] & (SUBMITTED | UNSENT | 1) == 0, "from %r" % (props,))

    sent = alice.await_one(SENT, subject)
    copy, _ = values(alice, SENT, sent, [SEARCH_KEY, FLAGS])
    check(copy[SEARCH_KEY] == props[SEARCH_KEY] and copy[FLAGS] & (SUBMITTED | UNSENT | 1) == 1, "sent copy %r" % (copy,))
    check(alice.by_subject(OUTBOX, subject) == [], "it is in the Outbox too")

    bounce = alice.await_one(INBOX, "Undeliverable: " + subject)
    report, info = values(alice, INBOX, bounce, [TAGS["MessageClass"], ORIGINAL_SUBJECT, PARENT_KEY])
    check(report[TAGS["MessageClass"]] == "REPORT.IPM.Note.NDR" and report[ORIGINAL_SUBJECT] == subject, "report %r" % (report,))
    check(report[PARENT_KEY] == copy[SEARCH_KEY] and info["recipients"] == 1, "report %r, %r" % (report, info))

    later = "later %d" % level
    message = alice.compose(later, [(0, 1, x500_row("Bob Brown", DN + "bob"))], {DEFERRED: LATER}.items())
    mid = alice.save(message)
    alice.submit(message)
    alice.release(message)
    waiting, _ = values(alice, OUTBOX, mid, [FLAGS])
    check(waiting[FLAGS] & (SUBMITTED | UNSENT) == SUBMITTED, "flags %r" % (waiting,))
    alice.abort(alice.folders[OUTBOX], mid)
    back, _ = values(alice, OUTBOX, mid, [FLAGS])
    check(back[FLAGS] & (SUBMITTED | UNSENT) == UNSENT, "flags %r" % (back,))
    refuses(0x80040601, "a second abort", alice.abort, alice.folders[OUTBOX], mid)
    empty = alice.compose("to nobody", [])
    refuses(0x80040607, "a message to nobody", alice.submit, empty)
    alice.release(empty)
    check(bob.by_subject(INBOX, later) == [], "it was sent")
    for m in (alice, bob):
        m.release(m.handle)
        m.session.disconnect()
    return {"delivered": subject, "bounced": True}
