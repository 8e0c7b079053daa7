package profile

import "github.com/mapid/mapid/internal/mapi"

// Table holds differences of tables, [MS-OXCTABL].
type Table struct {
	// Async: TBL_ASYNC is obeyed: TableStatus may say that work goes on, and RopAbort and RopGetStatus know of it.
	// Later versions do everything at once. T1 to T7, 2.2.2.1.3 <1>, 2.2.2.1.4 <2>; O18.
	Async bool
	// QueryBeforeColumns: RopQueryRows before RopSetColumns returns undefined columns instead of ErrNullObject. T8,
	// 3.2.5.2 <21>.
	QueryBeforeColumns bool
	// NeedsColumns: RopFindRow, RopExpandRow, RopCollapseRow and the ROPs on bookmarks and collapse states answer
	// ErrNullObject before RopSetColumns. T9 to T12, 3.2.5.2.
	NeedsColumns bool
	// BackwardsEnd is Origin of a RopQueryRows that reads backwards and finds no rows left. T16, 3.2.5.5 <25>.
	BackwardsEnd uint8
	// FindTellsGoneRow: RowNoLongerVisible of RopFindRow on hierarchy tables is set when the bookmark's row is gone.
	// T17, 2.2.2.14.2 <15>.
	FindTellsGoneRow bool
	// StaleBookmark answers a bookmark made before RopSortTable, RopRestrict or RopResetTable; 0 accepts it. T18 to T21,
	// 3.2.5.14 <33>, 3.2.5.10 <28>.
	StaleBookmark mapi.ErrorCode
	// FreeBookmarkContents answers RopFreeBookmark on contents tables; 0 does it. T22, 3.2.5.15 <35>.
	FreeBookmarkContents mapi.ErrorCode
	// ExpandReturnsRows: RopExpandRow gives up to MaxRowCount rows. T23, 2.2.2.17.1 <16>.
	ExpandReturnsRows bool
	// PackedBuffers: EnablePackedBuffers of RopQueryRows is known. T25, 2.2.2.5.1.
	PackedBuffers bool
}

// Property holds differences of property and stream ROPs, [MS-OXCPRPT].
type Property struct {
	// QueryNamedOnLogon: RopQueryNamedProperties works on Logon objects. P1, 2.2.9 <1>.
	QueryNamedOnLogon bool
	// MoveNoOverwrite: Move and NoOverwrite go together in RopCopyProperties and RopCopyTo. P2, P3, 2.2.10.1 <2>,
	// 2.2.11.1 <3>.
	MoveNoOverwrite bool
	// SizeLimit: PropertySizeLimit is obeyed by a value of ErrMemory. P4, 3.2.5.1 <4>.
	SizeLimit bool
	// MovesProperties: Move of RopCopyProperties removes from the source. P5, 3.2.5.7 <6>.
	MovesProperties bool
	// MovesObjects: Move of RopCopyTo removes from the source. P8, 3.2.5.8 <8>.
	MovesObjects bool
	// ChecksCopyFlags: unknown CopyFlags give ErrInvalidParameter instead of being ignored. P6, P9, 3.2.5.7 <7>, 3.2.5.8
	// <9>.
	ChecksCopyFlags bool
	// PublicFolders: RopCopyTo and RopOpenStream for writing work on public folders, otherwise ErrNoSupport. P10, P13,
	// 3.2.5.8 <10>, 3.2.5.11 <11>.
	PublicFolders bool
	// ShortWrite answers a RopWriteStream that could not write everything. P14, P15, 3.2.5.13 <12>.
	ShortWrite mapi.ErrorCode
	// WritesThrough: what RopWriteStream wrote stays without a commit. P16, 3.2.5.13, test settings: all but 2010.
	WritesThrough bool
	// AttachmentStrings: string properties of attachments open as streams. P17, 3.2.5.11, test settings.
	AttachmentStrings bool
	// FolderBinaries: binary properties of folders that the server computes open as streams, as those do that are
	// stored. P18, 2.2.14, test settings.
	FolderBinaries bool
}

// Notify holds differences of notifications, [MS-OXCNOTIF].
type Notify struct {
	// NeedsView: tables notify only once columns are set and rows were asked for, and not after RopResetTable until
	// rows are asked for again. N5 to N7, 2.2.1.1.1 <12>, 3.1.4.3 <13>.
	NeedsView bool
	// ModifiedTags: ObjectModified names the properties changed; otherwise TagCount is 0. N9, 2.2.1.4.1.2 <9>.
	ModifiedTags bool
	// NewMailFlags: NewMail carries the message flags; otherwise 0. N11, 2.2.1.4.1.2 <10>.
	NewMailFlags bool
	// RestrictionChanged: TableRestrictionChanged is sent. N12, 2.2.1.4.1.2.
	RestrictionChanged bool
	// TableChanged: TableChanged is sent where rows would do. N13, 2.2.1.4.1.2, test settings.
	TableChanged bool
}
