package profile

import "github.com/mapid/mapid/internal/mapi"

// FastTransfer holds differences of FastTransfer and incremental change synchronization, [MS-OXCFXICS].
type FastTransfer struct {
	// IdsetExpired: MetaTagIdsetExpired is sent. X1, 2.2.1.3.3 <1>.
	IdsetExpired bool
	// TrueCheckpoint: RopSynchronizationGetTransferState during a download gives a checkpoint instead of the initial
	// state. X2, 2.2.3 <2>.
	TrueCheckpoint bool
	// BestBody: BestBody is obeyed by RopFastTransferSourceCopyTo, RopFastTransferSourceCopyMessages and
	// RopSynchronizationConfigure; otherwise bodies keep their format. X3 to X5, 2.2.3.1.1.1.1 <3>, 3.2.5.9.1.1 <41>.
	BestBody bool
	// PartialItem: PartialItem is known. X6, 2.2.3.1.1.1.1 <4>.
	PartialItem bool
	// MoveFolder: Move of RopFastTransferSourceCopyFolder leaves out what cannot be deleted. X7, X19, 2.2.3.1.1.4.1 <6>.
	MoveFolder bool
	// CopyToMove answers Move in RopFastTransferSourceCopyTo; 0 does it. X8, 3.2.5.8.1.1 <34>.
	CopyToMove mapi.ErrorCode
	// NoRoom: TransferStatus NoRoom is used. X9, 2.2.3.1.1.5.2 <8>.
	NoRoom bool
	// PutBufferSteps is TotalStepCount of RopFastTransferDestinationPutBuffer. X11, X12, 2.2.3.1.2.2.2 <11>.
	PutBufferSteps uint16
	// EmptyParentKey answers RopSynchronizationImportHierarchyChange with an empty parent source key; 0 means the root
	// of the synchronized tree. X14, 2.2.3.2.4.3.1 <18>.
	EmptyParentKey mapi.ErrorCode
	// HardDelete: HardDelete of RopSynchronizationImportDeletes is known, from 14.0.616. X15, 2.2.3.2.4.5.1 <19>.
	HardDelete bool
	// ChecksDeleteFlags: unknown ImportDeleteFlags fail. X16, 3.2.5.9.4.5, test settings.
	ChecksDeleteFlags bool
	// LargeStringsEnd: strings over 32 KiB end with a NUL in the stream. X17, 2.2.4.1.3 <20>.
	LargeStringsEnd bool
	// ParentFolderID: a folderChange with Eid has PidTagParentFolderId. X18, 2.2.4.3.5 <21>.
	ParentFolderID bool
	// FolderContentWarning: MetaTagEcWarning stands in the propList of a folderContent. X20, 2.2.4.3.20 <24>.
	FolderContentWarning bool
	// NewFXFolder: MetaTagNewFXFolder without content stands for a folder without a replica here. X21, 2.2.4.3.6, test
	// settings.
	NewFXFolder bool
	// ConfirmsMappings: mappings of property and object ids are confirmed. X23, 3.2.5.3 <32>.
	ConfirmsMappings bool
	// ChecksCopyFlags: unknown CopyFlags and SendOptions of the source ROPs and RopFastTransferDestinationConfigure
	// fail. X24 to X28, 3.2.5.8.1.1 and .2.1 <39> <40>.
	ChecksCopyFlags bool
	// RefusesType4: SynchronizationType 0x04 gives ErrInvalidParameter. X30, 3.2.5.9.1.1, test settings.
	RefusesType4 bool
	// IgnoreOnFAIAlone: IgnoreSpecifiedOnFAI has an effect only together with OnlySpecifiedProperties. X32, 3.2.5.9.1.1,
	// test settings.
	IgnoreOnFAIAlone bool
	// ChecksImportFlags: unknown ImportFlag bits of RopSynchronizationImportMessageChange fail. X33, 3.2.5.9.4.2 <44>.
	ChecksImportFlags bool
	// MoveSeen: RopSynchronizationImportMessageMove adds the new change number to CnsetSeen. X34, 3.2.5.9.4.4, test
	// settings.
	MoveSeen bool
	// ReadStateAtomic: RopSynchronizationImportReadStateChanges does all or nothing. X35, 3.2.5.9.4.6, test settings.
	ReadStateAtomic bool
	// PlainKeys: without SendEntryId keys and predecessor lists are left out. X37, 2.2.3.1.1.3.1, test settings.
	PlainKeys bool
	// FailOnConflict: FailOnConflict of RopSynchronizationImportMessageChange is known, from 14.1.67. X41, 2.2.3.2.4.2.
	FailOnConflict bool
	// SubfolderDelProp: ContainerHierarchy inside a subFolder has MetaTagFXDelProp before it. X44, 2.2.4.3.6, test
	// settings.
	SubfolderDelProp bool
}

// Rules holds differences of permissions and rules, [MS-OXCPERM] and [MS-OXORULE].
type Rules struct {
	// OthersChangeProps: users without FolderOwner may change folder properties. A1, A2, [MS-OXCPERM] 2.2.7 <4>.
	OthersChangeProps bool
	// StateBits2007: rule state 0x80 disables an out-of-office rule and 0x100 means only when out of office. A6,
	// [MS-OXORULE] 2.2.1.3.1.3 <1>.
	StateBits2007 bool
	// BadTableFlags answers unknown TableFlags of RopGetRulesTable; 0 ignores them. A8, [MS-OXORULE] 2.2.2.1 <3>.
	BadTableFlags mapi.ErrorCode
	// ForwardSMS: the flavor that forwards as a text message is known. A9, [MS-OXORULE] 2.2.5.1.1 <5>.
	ForwardSMS bool
	// OOFReplySender: OP_OOF_REPLY with the flavor NS still answers the sender. A10, [MS-OXORULE] 2.2.5.1.1 <6>.
	OOFReplySender bool
	// MovesForeign: OP_MOVE and OP_COPY work with FolderInThisStore 0. A11, [MS-OXORULE] 2.2.5.1.2.1, test settings.
	MovesForeign bool
	// ForwardNeedsEntryID: recipients of OP_FORWARD need PidTagEntryId. A12, [MS-OXORULE] 2.2.5.1.2.4.1 <7>.
	ForwardNeedsEntryID bool
	// DeferredFolderIDs: deferred error and deferred action messages have PidTagDamOriginalEntryId and
	// PidTagRuleFolderEntryId. A15 to A17, [MS-OXORULE] 2.2.7.6 <10>, 2.2.7.7 <11>.
	DeferredFolderIDs bool
	// HasRules: PidTagHasRules tells of rules. A18, [MS-OXORULE] 2.2.8.1 <12>: undefined in 2013 SP1.
	HasRules bool
	// ExtendedRules is how many extended rules of a folder run, 0 all of them. A19, [MS-OXORULE] 3.2.4.1 <14>.
	ExtendedRules int
	// ForwardsForwarded: mail that was itself forwarded to the owner is forwarded again. A20, [MS-OXORULE] 3.2.5.1 <16>.
	ForwardsForwarded bool
	// BounceReports: OP_BOUNCE sends a report and keeps nothing. A21, A22, [MS-OXORULE] 3.2.5.1 <17> <18>.
	BounceReports bool
	// OOFRepeats: an out-of-office rule runs again for a sender already answered. A23, [MS-OXORULE] 3.2.5.1.1 <19>.
	OOFRepeats bool
	// SizeLimit is how many bytes the rules of a folder may have, and DisabledLimit how many of them may be disabled, 0
	// without limit. A24, [MS-OXORULE] 3.2.5.2 <20>: later versions may be set to less.
	SizeLimit, DisabledLimit int
	// SavesPartOfChanges: a change set over the limit is saved in part. A25, [MS-OXORULE] 3.2.5.2 <21>.
	SavesPartOfChanges bool
}
