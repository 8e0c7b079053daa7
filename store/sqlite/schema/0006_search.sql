-- Searches with what they found, in place of tables that nothing used.
DROP TABLE search;
DROP TABLE search_scope;
DROP TABLE search_member;

-- version names one start of a search: what was found in an earlier one is no member any more, and removed little by
-- little. following is 1 while changes of messages are to be judged.
CREATE TABLE search (
	folder      INTEGER PRIMARY KEY,
	mailbox     INTEGER NOT NULL,
	version     INTEGER NOT NULL,
	recursive   INTEGER NOT NULL,
	static      INTEGER NOT NULL,
	urgent      INTEGER NOT NULL,
	flags       INTEGER NOT NULL,
	state       INTEGER NOT NULL,
	following   INTEGER NOT NULL,
	restriction BLOB NOT NULL
);
CREATE UNIQUE INDEX search_version ON search (version);
CREATE INDEX search_mailbox ON search (mailbox, following);

CREATE TABLE search_scope (
	folder INTEGER NOT NULL,
	n      INTEGER NOT NULL,
	target INTEGER NOT NULL,
	PRIMARY KEY (folder, n)
) WITHOUT ROWID;
CREATE INDEX search_scope_target ON search_scope (target);

-- target is the folder of the message.
CREATE TABLE search_member (
	version INTEGER NOT NULL,
	mid     INTEGER NOT NULL,
	target  INTEGER NOT NULL,
	PRIMARY KEY (version, mid)
) WITHOUT ROWID;
CREATE INDEX search_member_mid ON search_member (mid);

-- Versions that are over, whose members are to be removed.
CREATE TABLE search_stale (
	version INTEGER PRIMARY KEY
);

-- Folders whose messages above a mid are to be judged.
CREATE TABLE search_part (
	version INTEGER NOT NULL,
	target  INTEGER NOT NULL,
	after   INTEGER NOT NULL,
	ticket  INTEGER NOT NULL,
	PRIMARY KEY (version, target)
) WITHOUT ROWID;
CREATE INDEX search_part_target ON search_part (target);

-- New and changed messages to be judged.
CREATE TABLE search_queue (
	mid     INTEGER PRIMARY KEY,
	mailbox INTEGER NOT NULL,
	ticket  INTEGER NOT NULL
);
CREATE UNIQUE INDEX search_queue_ticket ON search_queue (ticket);
