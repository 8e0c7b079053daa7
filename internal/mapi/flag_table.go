package mapi

// TableFlags of the ROPs that open tables, [MS-OXCFOLD] 2.2.1.13.1 and 2.2.1.14.1.
const (
	TableAssociated              uint8 = 0x02 // contents
	TableDepth                   uint8 = 0x04 // hierarchy
	TableDeferredErrors          uint8 = 0x08
	TableNoNotifications         uint8 = 0x10
	TableSoftDeletes             uint8 = 0x20
	TableUseUnicode              uint8 = 0x40
	TableSuppressesNotifications uint8 = 0x80 // hierarchy
	TableConversationMembers     uint8 = 0x80 // contents
	TableIncludeFreeBusy         uint8 = 0x02 // permissions, [MS-OXCPERM] 2.2.1.1
)

// TblAsync is the flag of RopSetColumns, RopSortTable and RopRestrict, [MS-OXCTABL] 2.2.2.1.4.
const TblAsync uint8 = 0x01

// TableStatus, [MS-OXCTABL] 2.2.2.1.3.
const (
	TblStatComplete      uint8 = 0x00
	TblStatSorting       uint8 = 0x09
	TblStatSortError     uint8 = 0x0A
	TblStatSettingCols   uint8 = 0x0B
	TblStatSetColError   uint8 = 0x0D
	TblStatRestricting   uint8 = 0x0E
	TblStatRestrictError uint8 = 0x0F
)

// Bookmarks and origins of tables, [MS-OXCTABL] 2.2.2.1.1.
const (
	BookmarkBeginning uint8 = 0x00
	BookmarkCurrent   uint8 = 0x01
	BookmarkEnd       uint8 = 0x02
	BookmarkCustom    uint8 = 0x03
)

// QueryRowsFlags, [MS-OXCTABL] 2.2.2.5.1.
const (
	QueryRowsAdvance             uint8 = 0x00
	QueryRowsNoAdvance           uint8 = 0x01
	QueryRowsEnablePackedBuffers uint8 = 0x02
)

// FindRowBackwards is the flag of RopFindRow, [MS-OXCTABL] 2.2.2.13.1.
const FindRowBackwards uint8 = 0x01

// PidTagRowType, [MS-OXCTABL] 2.2.1.3.
const (
	RowTypeLeaf      uint32 = 1
	RowTypeEmpty     uint32 = 2
	RowTypeExpanded  uint32 = 3
	RowTypeCollapsed uint32 = 4
)

// PidTagFolderType, [MS-OXCFOLD] 2.2.2.2.2.5.
const (
	FolderTypeRoot    uint32 = 0
	FolderTypeGeneric uint32 = 1
	FolderTypeSearch  uint32 = 2
)

// PidTagFolderFlags, [MS-OXCFOLD] 2.2.2.2.1.5.
const (
	FolderFlagIpm    uint32 = 0x00000001 // inside the interpersonal messages subtree
	FolderFlagSearch uint32 = 0x00000002
	FolderFlagNormal uint32 = 0x00000004
	FolderFlagRules  uint32 = 0x00000008
)

// DeleteFolderFlags of RopDeleteFolder, [MS-OXCFOLD] 2.2.1.3.1.
const (
	DelMessages      uint8 = 0x01
	DelFolders       uint8 = 0x04
	DeleteHardDelete uint8 = 0x10
)

// CopyFlags of RopCopyTo and RopCopyProperties, [MS-OXCPRPT] 2.2.10.1.
const (
	CopyMove        uint8 = 0x01
	CopyNoOverwrite uint8 = 0x02
)

// SearchFlags of RopSetSearchCriteria, [MS-OXCFOLD] 2.2.1.4.1.
const (
	SearchStop              uint32 = 0x00000001
	SearchRestart           uint32 = 0x00000002
	SearchRecursive         uint32 = 0x00000004
	SearchShallow           uint32 = 0x00000008
	SearchForeground        uint32 = 0x00000010
	SearchBackground        uint32 = 0x00000020
	SearchContentIndexed    uint32 = 0x00010000
	SearchNonContentIndexed uint32 = 0x00020000
	SearchStatic            uint32 = 0x00040000
)

// State of a search in RopGetSearchCriteria, [MS-OXCFOLD] 2.2.1.5.2.
const (
	SearchStateRunning        uint32 = 0x00000001
	SearchStateRebuild        uint32 = 0x00000002
	SearchStateRecursive      uint32 = 0x00000004
	SearchStateForeground     uint32 = 0x00000008
	SearchStateComplete       uint32 = 0x00001000
	SearchStatePartial        uint32 = 0x00002000
	SearchStateStatic         uint32 = 0x00010000
	SearchStateMaybeStatic    uint32 = 0x00020000
	SearchStateCITotally      uint32 = 0x01000000
	SearchStateCIWithResidual uint32 = 0x02000000
	SearchStateTWIRMostly     uint32 = 0x04000000
	SearchStateTWIRTotally    uint32 = 0x08000000 // without an index
)

// NotificationTypes of RopRegisterNotification and the low twelve bits of NotificationFlags in RopNotify,
// [MS-OXCNOTIF] 2.2.1.2.1.1 and 2.2.1.4.1.2.
const (
	NotifyNewMail           uint16 = 0x0002
	NotifyObjectCreated     uint16 = 0x0004
	NotifyObjectDeleted     uint16 = 0x0008
	NotifyObjectModified    uint16 = 0x0010
	NotifyObjectMoved       uint16 = 0x0020
	NotifyObjectCopied      uint16 = 0x0040
	NotifySearchCompleted   uint16 = 0x0080
	NotifyTableModified     uint16 = 0x0100
	NotifyExtended          uint16 = 0x0400
	NotifyTypeMask          uint16 = 0x0FFF
	NotifyTotalChanged      uint16 = 0x1000 // T: the total message count follows
	NotifyUnreadChanged     uint16 = 0x2000 // U: the unread message count follows
	NotifySearchFolder      uint16 = 0x4000 // S: a message in a search folder
	NotifyMessage           uint16 = 0x8000 // M: an event of a message
	TableEventChanged       uint16 = 0x0001
	TableEventRowAdded      uint16 = 0x0003
	TableEventRowDeleted    uint16 = 0x0004
	TableEventRowModified   uint16 = 0x0005
	TableEventRestrictionCh uint16 = 0x0007
)

// Flags of RopGetPropertyIdsFromNames and RopQueryNamedProperties, [MS-OXCPRPT] 2.2.12.1 and 2.2.9.1.
const (
	NamesCreate    uint8 = 0x02
	NamesNoStrings uint8 = 0x01
	NamesNoIDs     uint8 = 0x02
)
