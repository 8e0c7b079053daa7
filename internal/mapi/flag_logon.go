package mapi

// LogonFlags of RopLogon, [MS-OXCSTOR] 2.2.1.1.1.
const (
	LogonPrivate          uint8 = 0x01
	LogonUndercover       uint8 = 0x02
	LogonGhosted          uint8 = 0x04
	LogonSpoolerProcess   uint8 = 0x08
	LogonFlagsEchoed      uint8 = LogonPrivate | LogonUndercover | LogonGhosted
	LogonResponseReserved uint8 = 0x01 // always set in ResponseFlags, 2.2.1.1.3
	LogonResponseOwner    uint8 = 0x02 // OwnerRight
	LogonResponseSendAs   uint8 = 0x04 // SendAsRight
	LogonResponseOOF      uint8 = 0x10 // the mailbox is out of office
)

// OpenFlags of RopLogon, [MS-OXCSTOR] 2.2.1.1.1.
const (
	OpenUseAdminPrivilege       uint32 = 0x00000001
	OpenPublic                  uint32 = 0x00000002
	OpenHomeLogon               uint32 = 0x00000004
	OpenTakeOwnership           uint32 = 0x00000008
	OpenAlternateServer         uint32 = 0x00000100
	OpenIgnoreHomeMdb           uint32 = 0x00000200
	OpenNoMail                  uint32 = 0x00000400
	OpenUsePerMdbReplidMapping  uint32 = 0x01000000
	OpenSupportProgress         uint32 = 0x20000000
	StoreHasActiveSearchFolders uint32 = 0x01000000 // StoreState
)

// ulFlags of EcDoConnectEx, [MS-OXCRPC] 3.1.4.1.
const (
	ConnectUseAdminPrivilege    uint32 = 0x00000001
	ConnectNoPublicFolderNeeded uint32 = 0x00008000 // the client copes without public folders
)

// Rights of a user on a folder, PidTagMemberRights and PidTagRights, [MS-OXCPERM] 2.2.7.
const (
	RightReadAny          uint32 = 0x0001
	RightCreate           uint32 = 0x0002
	RightEditOwned        uint32 = 0x0008
	RightDeleteOwned      uint32 = 0x0010
	RightEditAny          uint32 = 0x0020
	RightDeleteAny        uint32 = 0x0040
	RightCreateSubFolder  uint32 = 0x0080
	RightFolderOwner      uint32 = 0x0100
	RightFolderContact    uint32 = 0x0200
	RightFolderVisible    uint32 = 0x0400
	RightFreeBusySimple   uint32 = 0x0800
	RightFreeBusyDetailed uint32 = 0x1000
)

// Roles are the sets of rights that clients offer by name, [MS-OXCPERM] 1.3 and 2.2.7.
const (
	RoleNone             uint32 = 0
	RoleOwner                   = RolePublishingEditor | RightFolderOwner
	RolePublishingEditor        = RoleEditor | RightCreateSubFolder
	RoleEditor                  = RoleAuthor | RightEditAny | RightDeleteAny
	RolePublishingAuthor        = RoleAuthor | RightCreateSubFolder
	RoleAuthor                  = RoleNonEditingAuthor | RightEditOwned
	RoleNonEditingAuthor        = RoleReviewer | RightCreate | RightDeleteOwned
	RoleReviewer                = RightReadAny | RightFolderVisible
	RoleContributor             = RightCreate | RightFolderVisible
)

// PidTagAccess, [MS-OXCPRPT] 2.2.1.1.
const (
	AccessModify           uint32 = 0x00000001
	AccessRead             uint32 = 0x00000002
	AccessDelete           uint32 = 0x00000004
	AccessCreateHierarchy  uint32 = 0x00000008
	AccessCreateContents   uint32 = 0x00000010
	AccessCreateAssociated uint32 = 0x00000020
	AccessAll              uint32 = 0x0000003F
)

// Flags of RopGetPermissionsTable and RopModifyPermissions, [MS-OXCPERM] 2.2.1.1 and 2.2.2.1.
const (
	PermissionsReplaceRows     uint8 = 0x01 // the rows replace all entries but the default one
	PermissionsIncludeFreeBusy uint8 = 0x02 // rows tell rights on free and busy times
)

// PermissionDataFlags of RopModifyPermissions, [MS-OXCPERM] 2.2.2.1.1.
const (
	PermissionAdd    uint8 = 0x01
	PermissionModify uint8 = 0x02
	PermissionRemove uint8 = 0x04
)

// RulesReplace in ModifyRulesFlags of RopModifyRules says that the rules given are all there shall be, [MS-OXORULE]
// 2.2.1.1.
const RulesReplace uint8 = 0x01

// RuleDataFlags of RopModifyRules, [MS-OXORULE] 2.2.1.3.
const (
	RuleAdd    uint8 = 0x01
	RuleModify uint8 = 0x02
	RuleRemove uint8 = 0x04
)

// PidTagRuleState, [MS-OXORULE] 2.2.1.3.1.3. The last two are those of Exchange 2007 alone.
const (
	RuleEnabled         uint32 = 0x00000001
	RuleError           uint32 = 0x00000002 // set by the server: an action failed
	RuleOnlyWhenOOF     uint32 = 0x00000004
	RuleKeepOOFHistory  uint32 = 0x00000008
	RuleExitLevel       uint32 = 0x00000010
	RuleSkipIfSCLSafe   uint32 = 0x00000020 // may be skipped for mail that a filter was told to trust
	RuleParseError      uint32 = 0x00000040 // set by the server: it does not understand the rule
	RuleDisabledOOF     uint32 = 0x00000080 // disables an out-of-office rule
	RuleOnlyWhenOOF2007 uint32 = 0x00000100
)
