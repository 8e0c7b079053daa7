"""Sends mail to a server with Python's own smtplib and reads it back over the server's HTTP API with Python's own email
package. Usage: send_smtp.py HOST:PORT ADMIN-URL"""

import email
import email.policy
import json
import smtplib
import ssl
import sys
import urllib.parse
import urllib.request
from email.message import EmailMessage

host, port = sys.argv[1].rsplit(":", 1)
admin = sys.argv[2]


def compose(run, to, **fields):
    mail = EmailMessage()
    mail["From"] = "Jürgen Groß <j@elsewhere.test>"
    mail["To"] = to
    mail["Subject"] = f"Run {run}: Grüße – 日本"
    mail["X-Run"] = run
    for name, value in fields.items():
        mail[name] = value
    mail.set_content("Zeile eins\n.\n.. zwei\n")
    mail.add_alternative("<p>Größe <img src='cid:pic@x'></p>", subtype="html")
    mail.get_payload()[1].add_related(b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "image", "png", cid="<pic@x>")
    mail.add_attachment(bytes(range(256)) * 400, maintype="application", subtype="x-test", filename="Übersicht 2026.bin")
    return mail


def read_back(user, run):
    query = urllib.parse.urlencode({"for": "message", "user": user, "header": f"X-Run: {run}", "timeout": "20s"})
    with urllib.request.urlopen(f"{admin}/api/v1/wait?{query}") as r:
        found = json.load(r)["message"]
    with urllib.request.urlopen(f"{admin}/api/v1/messages/{found['id']}/eml") as r:
        return email.message_from_bytes(r.read(), policy=email.policy.default)


def check(mail, user, run):
    got = read_back(user, run)
    for name in ("From", "To", "Subject", "X-Run"):
        assert str(got[name]) == str(mail[name]), (name, got[name], mail[name])
    assert "exch01.mapid.test" in got["Received"], got["Received"]
    want, have = list(mail.walk()), list(got.walk())

    def texts(parts):
        return [(p.get_content_type(), p.get_content().replace("\r\n", "\n").strip()) for p in parts
                if p.get_content_maintype() == "text"]

    def files(parts):
        return [(p.get_content_type(), p.get_filename(), p["Content-ID"] and p["Content-ID"].strip("<>"), p.get_content())
                for p in parts if p.get_content_maintype() in ("image", "application")]

    assert texts(want) == texts(have), (texts(want), texts(have))
    assert [f[3] for f in files(want)] == [f[3] for f in files(have)]
    assert files(have)[1][1] == "Übersicht 2026.bin" and files(have)[0][2] == "pic@x", files(have)
    return got


# Plain, as any program sends.
with smtplib.SMTP(host, int(port)) as s:
    mail = compose("plain", "Alice Adams <alice@mapid.test>, team@mapid.test")
    assert s.send_message(mail, to_addrs=["alice@mapid.test", "bob@mapid.test"]) == {}
    for name in ("size", "pipelining", "8bitmime", "smtputf8", "dsn", "chunking", "starttls", "auth"):
        assert s.has_extn(name), name
    check(mail, "alice", "plain")
    check(mail, "bob", "plain")

# Sealed and logged on, with eight bits on the wire.
context = ssl.create_default_context()
context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
with smtplib.SMTP(host, int(port)) as s:
    s.starttls(context=context)
    s.login("bob", "Password1!")
    mail = compose("sealed", "carol@mapid.test")
    del mail["From"]
    mail["From"] = "Bob Brown <bob@mapid.test>"
    raw = mail.as_bytes(policy=email.policy.SMTPUTF8)
    s.sendmail("bob@mapid.test", ["carol@mapid.test"], raw, mail_options=["SMTPUTF8", "BODY=8BITMIME"], rcpt_options=["NOTIFY=SUCCESS"])
    check(mail, "carol", "sealed")

# What is refused is refused by recipient, and the others get it.
with smtplib.SMTP(host, int(port)) as s:
    mail = compose("partly", "alice@mapid.test, nobody@mapid.test")
    refused = s.send_message(mail, to_addrs=["nobody@mapid.test", "alice@mapid.test"])
    assert list(refused) == ["nobody@mapid.test"] and refused["nobody@mapid.test"][0] == 550, refused
    check(mail, "alice", "partly")
    try:
        s.sendmail("x@elsewhere.test", ["y@far.test"], b"Subject: x\r\n\r\nx\r\n")
        raise AssertionError("relayed")
    except smtplib.SMTPRecipientsRefused as e:
        assert e.recipients["y@far.test"][0] == 550, e.recipients
    try:
        s.login("alice", "wrong")
        raise AssertionError("logged on")
    except smtplib.SMTPAuthenticationError as e:
        assert e.smtp_code == 535, e

print("ok")
