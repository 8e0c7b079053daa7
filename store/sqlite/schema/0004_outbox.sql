-- What waits to be sent, with one row for each recipient.
DROP TABLE outbox_recipient;
DROP TABLE outbox;

CREATE TABLE outbox (
	id        INTEGER PRIMARY KEY,         -- a counter of the store
	mailbox   INTEGER NOT NULL,
	mid       INTEGER NOT NULL,            -- 0 if it has a content of its own
	bag       INTEGER NOT NULL,            -- of that content, else 0
	held      INTEGER NOT NULL,
	submitted INTEGER NOT NULL,
	due       INTEGER NOT NULL,
	refusal   TEXT NOT NULL
);
CREATE UNIQUE INDEX outbox_mid ON outbox (mid) WHERE mid <> 0;
CREATE INDEX outbox_mailbox ON outbox (mailbox);
CREATE INDEX outbox_due ON outbox (due, id) WHERE held = 0;

CREATE TABLE outbox_recipient (
	outbox   INTEGER NOT NULL,
	row      INTEGER NOT NULL,
	address  TEXT NOT NULL,
	done     INTEGER NOT NULL,
	attempts INTEGER NOT NULL,
	due      INTEGER NOT NULL,
	error    TEXT NOT NULL,
	PRIMARY KEY (outbox, row)
) WITHOUT ROWID;
