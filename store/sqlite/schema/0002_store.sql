-- Everything of one store. Times are FILETIMEs, ids are global counters of the store's replica, GUIDs are in wire order.
-- A "folded" column is the text beside it without case, and carries the index.

-- One row: the replica and the next value of every counter.
CREATE TABLE store (
	id                INTEGER PRIMARY KEY CHECK (id = 1),
	replica           BLOB NOT NULL,
	next_counter      INTEGER NOT NULL,    -- folders, messages, change numbers, reserved ranges
	next_bag          INTEGER NOT NULL,    -- bags, large values and stages
	next_mailbox      INTEGER NOT NULL,
	next_entry        INTEGER NOT NULL,    -- NSPI minimal ids
	directory_version INTEGER NOT NULL
);

CREATE TABLE mailbox (
	id      INTEGER PRIMARY KEY,
	kind    INTEGER NOT NULL,              -- 0 private, 1 public
	guid    BLOB NOT NULL UNIQUE,
	account TEXT NOT NULL,
	folded  TEXT NOT NULL,
	locale  INTEGER NOT NULL,
	bag     INTEGER NOT NULL,
	created INTEGER NOT NULL,
	size    INTEGER NOT NULL DEFAULT 0,    -- of all living messages
	deleted_size INTEGER NOT NULL DEFAULT 0 -- of soft-deleted messages, and of all in soft-deleted folders
);
CREATE UNIQUE INDEX mailbox_account ON mailbox (folded) WHERE kind = 0;
CREATE UNIQUE INDEX mailbox_public ON mailbox (kind) WHERE kind = 1;

CREATE TABLE folder (
	id             INTEGER PRIMARY KEY,
	mailbox        INTEGER NOT NULL,
	parent         INTEGER NOT NULL,       -- its own id for a root
	type           INTEGER NOT NULL,
	special        INTEGER,                -- role, NULL for none
	name           TEXT NOT NULL,
	folded         TEXT NOT NULL,
	class          TEXT NOT NULL,
	bag            INTEGER NOT NULL,
	content_count  INTEGER NOT NULL DEFAULT 0,
	unread_count   INTEGER NOT NULL DEFAULT 0,
	assoc_count    INTEGER NOT NULL DEFAULT 0,
	deleted_count  INTEGER NOT NULL DEFAULT 0,
	deleted_assoc  INTEGER NOT NULL DEFAULT 0,
	child_count    INTEGER NOT NULL DEFAULT 0, -- living ones
	gone_children  INTEGER NOT NULL DEFAULT 0, -- soft-deleted ones
	content_size   INTEGER NOT NULL DEFAULT 0,
	assoc_size     INTEGER NOT NULL DEFAULT 0,
	deleted_size   INTEGER NOT NULL DEFAULT 0,
	created        INTEGER NOT NULL,
	modified       INTEGER NOT NULL,
	commit_max     INTEGER NOT NULL,
	cn             INTEGER NOT NULL,
	content_cn     INTEGER NOT NULL DEFAULT 0, -- newest change in its contents
	hierarchy      INTEGER NOT NULL DEFAULT 0,
	next_member    INTEGER NOT NULL DEFAULT 1,
	deleted        INTEGER NOT NULL DEFAULT 0 -- 1 itself, 2 with a folder above it
);
CREATE UNIQUE INDEX folder_name ON folder (parent, folded) WHERE deleted = 0 AND id <> parent;
CREATE INDEX folder_deleted ON folder (parent) WHERE deleted <> 0;
CREATE INDEX folder_mailbox ON folder (mailbox);
CREATE UNIQUE INDEX folder_special ON folder (mailbox, special) WHERE special IS NOT NULL;

-- The columns every client shows or sorts by. part is 0 normal, 1 associated, 2 and 3 the same soft-deleted. A column
-- that is NULL means the property is not there, or stands in the bag in a form the column does not take: then its bit
-- in odd is set.
CREATE TABLE message (
	folder      INTEGER NOT NULL,
	part        INTEGER NOT NULL,
	mid         INTEGER NOT NULL,
	mailbox     INTEGER NOT NULL,
	bag         INTEGER NOT NULL,
	flags       INTEGER NOT NULL,
	status      INTEGER NOT NULL,
	size        INTEGER NOT NULL,
	received    INTEGER NOT NULL,
	created     INTEGER NOT NULL,
	modified    INTEGER NOT NULL,
	cn          INTEGER NOT NULL,
	read_cn     INTEGER NOT NULL,
	attachments INTEGER NOT NULL,
	recipients  INTEGER NOT NULL,
	odd         INTEGER NOT NULL,
	class       TEXT,
	prefix      TEXT,
	subject     TEXT,
	sender      TEXT,                      -- PidTagSentRepresentingName
	display_to  TEXT,
	submitted   INTEGER,
	importance  INTEGER,
	sensitivity INTEGER,
	icon        INTEGER,
	flag_status INTEGER,
	PRIMARY KEY (folder, part, mid)
) WITHOUT ROWID;
CREATE UNIQUE INDEX message_mid ON message (mid);
CREATE INDEX message_received ON message (folder, part, received, mid);

-- Every property of a mailbox, folder, message, attachment or embedded message, in the encoding of bagcodec.go.
CREATE TABLE bag (
	id   INTEGER PRIMARY KEY,
	data BLOB NOT NULL
);

-- Values over 32 KiB in pieces of 64 KiB; strings in UTF-16LE, so that a place in them can be sought. Every piece of a
-- value has its row, but zeros at the end of a piece may be left out. What a bag has does not change: copies share it.
CREATE TABLE chunk (
	value INTEGER NOT NULL,
	n     INTEGER NOT NULL,
	data  BLOB NOT NULL
);
CREATE UNIQUE INDEX chunk_place ON chunk (value, n);

-- Which large values the bags have. The size stands in the bag.
CREATE TABLE large (
	bag   INTEGER NOT NULL,
	prop  INTEGER NOT NULL,                -- property id
	value INTEGER NOT NULL,
	PRIMARY KEY (bag, prop)
) WITHOUT ROWID;
CREATE INDEX large_value ON large (value);

-- Values that are being written. A stage that begins with what something else has shares it until it is written to. What
-- is here when the store is opened goes.
CREATE TABLE stage (
	id    INTEGER PRIMARY KEY,
	value INTEGER NOT NULL,
	size  INTEGER NOT NULL
);
CREATE INDEX stage_value ON stage (value);

-- Values that nothing has any more. Their chunks are removed little by little.
CREATE TABLE garbage (
	value INTEGER PRIMARY KEY
);

CREATE TABLE recipients (
	bag   INTEGER PRIMARY KEY,
	data  BLOB NOT NULL
);

CREATE TABLE attachment (
	bag      INTEGER NOT NULL,             -- of the message it hangs on
	number   INTEGER NOT NULL,
	own_bag  INTEGER NOT NULL,
	method   INTEGER NOT NULL,
	embedded INTEGER NOT NULL,             -- bag of the embedded message, or 0
	size     INTEGER NOT NULL,
	PRIMARY KEY (bag, number)
) WITHOUT ROWID;

CREATE TABLE receive_folder (
	mailbox  INTEGER NOT NULL,
	folded   TEXT NOT NULL,
	class    TEXT NOT NULL,
	folder   INTEGER NOT NULL,
	modified INTEGER NOT NULL,
	PRIMARY KEY (mailbox, folded)
) WITHOUT ROWID;

-- Property names and foreign replicas. Mailboxes that share a replica share both.
CREATE TABLE name (
	id     INTEGER PRIMARY KEY,            -- from 0x8000 up
	kind   INTEGER NOT NULL,
	guid   BLOB NOT NULL,
	lid    INTEGER NOT NULL,
	text   TEXT NOT NULL,
	folded TEXT NOT NULL
);
CREATE UNIQUE INDEX name_value ON name (guid, kind, lid, folded);

CREATE TABLE replica (
	id   INTEGER PRIMARY KEY,              -- 1 is the store's own
	guid BLOB NOT NULL UNIQUE
);

CREATE TABLE permission (
	folder  INTEGER NOT NULL,
	member  INTEGER NOT NULL,
	account TEXT NOT NULL,
	rights  INTEGER NOT NULL,
	PRIMARY KEY (folder, member)
) WITHOUT ROWID;

CREATE TABLE rule (
	folder   INTEGER NOT NULL,
	id       INTEGER NOT NULL,
	sequence INTEGER NOT NULL,
	state    INTEGER NOT NULL,
	bag      INTEGER NOT NULL,
	PRIMARY KEY (folder, id)
) WITHOUT ROWID;

-- Search folders: definition, scope, and the derived membership that a worker keeps by following the changes.
CREATE TABLE search (
	folder      INTEGER PRIMARY KEY,
	flags       INTEGER NOT NULL,
	state       INTEGER NOT NULL,
	restriction BLOB NOT NULL,
	cursor      INTEGER NOT NULL DEFAULT 0 -- change number the membership is good for
);
CREATE TABLE search_scope (
	folder INTEGER NOT NULL,
	target INTEGER NOT NULL,
	PRIMARY KEY (folder, target)
) WITHOUT ROWID;
CREATE TABLE search_member (
	folder INTEGER NOT NULL,
	mid    INTEGER NOT NULL,
	PRIMARY KEY (folder, mid)
) WITHOUT ROWID;
CREATE INDEX search_member_mid ON search_member (mid);

-- What synchronisation must tell of objects that are gone from a folder. kind is 0 message, 1 associated message,
-- 2 folder, which may live elsewhere since.
CREATE TABLE tombstone (
	folder INTEGER NOT NULL,
	cn     INTEGER NOT NULL,
	id     INTEGER NOT NULL,
	kind   INTEGER NOT NULL,
	PRIMARY KEY (folder, cn, id)
) WITHOUT ROWID;

-- Who has read what in the public folders.
CREATE TABLE read_state (
	account TEXT NOT NULL,                 -- folded
	folder  INTEGER NOT NULL,
	mid     INTEGER NOT NULL,
	read_cn INTEGER NOT NULL,
	PRIMARY KEY (account, folder, mid)
) WITHOUT ROWID;
CREATE INDEX read_state_mid ON read_state (mid);

-- Submitted messages, one row per recipient until it is done.
CREATE TABLE outbox (
	id        INTEGER PRIMARY KEY,
	mailbox   INTEGER NOT NULL,
	mid       INTEGER NOT NULL,
	submitted INTEGER NOT NULL,
	due       INTEGER NOT NULL
);
CREATE TABLE outbox_recipient (
	outbox    INTEGER NOT NULL,
	recipient INTEGER NOT NULL,
	address   TEXT NOT NULL,
	state     INTEGER NOT NULL,
	attempts  INTEGER NOT NULL,
	due       INTEGER NOT NULL,
	error     TEXT NOT NULL,
	PRIMARY KEY (outbox, recipient)
) WITHOUT ROWID;
CREATE INDEX outbox_due ON outbox_recipient (state, due);

CREATE TABLE snapshot (
	name    TEXT PRIMARY KEY,
	created INTEGER NOT NULL,
	file    TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE entry (
	id            INTEGER PRIMARY KEY,     -- NSPI minimal id
	folded        TEXT NOT NULL UNIQUE,
	kind          INTEGER NOT NULL,
	name          TEXT NOT NULL,
	dn            TEXT NOT NULL,
	dn_folded     TEXT NOT NULL UNIQUE,
	guid          BLOB NOT NULL,
	display_name  TEXT NOT NULL,
	mail          TEXT NOT NULL,
	hidden        INTEGER NOT NULL,
	admin         INTEGER NOT NULL,
	enabled       INTEGER NOT NULL,
	system        INTEGER NOT NULL,
	mailbox       INTEGER NOT NULL,
	managed_by    TEXT NOT NULL,
	quota_warning INTEGER NOT NULL,
	quota_send    INTEGER NOT NULL,
	quota_receive INTEGER NOT NULL,
	created       INTEGER NOT NULL,
	modified      INTEGER NOT NULL,
	lists         BLOB NOT NULL            -- JSON of the lists: aliases, members, attributes, certificates
);

CREATE TABLE credential (
	folded TEXT PRIMARY KEY,
	name   TEXT NOT NULL,
	nthash BLOB NOT NULL
) WITHOUT ROWID;
