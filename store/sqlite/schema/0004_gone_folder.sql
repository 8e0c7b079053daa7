-- Folders that were deleted for good. Their ids are never used again, and some versions tell them from ids that never
-- named a folder.
CREATE TABLE gone_folder (
	mailbox INTEGER NOT NULL,
	id      INTEGER NOT NULL,
	PRIMARY KEY (mailbox, id)
) WITHOUT ROWID;
