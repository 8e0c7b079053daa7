"""Reads mails with Python's own email package and prints what it finds in them, one JSON value a line."""

import base64
import email
import email.policy
import json
import sys

for name in sys.argv[1:]:
    with open(name, "rb") as f:
        mail = email.message_from_bytes(f.read(), policy=email.policy.default)
    texts, files, defects = [], [], []
    for part in mail.walk():
        defects += [repr(d) for d in part.defects]
        if part.is_multipart():
            continue
        content = part.get_content()
        if part.get_filename() is not None or isinstance(content, bytes):
            data = content if isinstance(content, bytes) else part.get_payload(decode=True)
            files.append({
                "name": part.get_filename() or "", "type": part.get_content_type(), "id": part["Content-ID"] or "",
                "data": base64.b64encode(data).decode(),
            })
        else:
            texts.append({"type": part.get_content_type(), "text": content})
    print(json.dumps({
        "subject": str(mail["Subject"] or ""), "from": str(mail["From"] or ""), "to": str(mail["To"] or ""),
        "texts": texts, "files": files, "defects": defects,
    }))
