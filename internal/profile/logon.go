package profile

import "github.com/mapid/mapid/internal/mapi"

// ReplidMapping says what RopLogon does without OpenUsePerMdbReplidMapping on a further logon.
type ReplidMapping struct {
	Code  mapi.ErrorCode // 0: the logon succeeds
	Fault bool           // the whole call fails
}

// Logon holds differences of logons and stores, [MS-OXCSTOR].
type Logon struct {
	// Ghosted: the Ghosted flag of a public logon is obeyed. L1, 2.2.1.1.1 <1>.
	Ghosted bool
	// TracksHomeLogon: read state in public folders is per user only in logons with HOME_LOGON. L2, 2.2.1.1.1 <2>.
	TracksHomeLogon bool
	// ChecksTakeOwnership: without TAKE_OWNERSHIP the user is told to be a delegate. L3, 2.2.1.1.1 <3>.
	ChecksTakeOwnership bool
	// NoMailUsed: NO_MAIL makes the server transmit submitted mail. L4, 2.2.1.1.1 <4>.
	NoMailUsed bool
	// FirstWithoutFlag answers a first logon without the flag. L7, 3.2.5.1.1 <27>.
	FirstWithoutFlag ReplidMapping
	// SameWithoutFlag answers a further logon to the same mailbox without the flag. L7, 3.2.5.1.1 <27>.
	SameWithoutFlag ReplidMapping
	// OtherWithoutFlag answers a logon to another mailbox without the flag. L8, 3.2.5.1.1 <28> <29>.
	OtherWithoutFlag ReplidMapping
	// SupportsProgress: SUPPORT_PROGRESS is known; without it in the logon RopSetReadFlags runs synchronously. L10,
	// 2.2.1.1.1 <6>; M14, [MS-OXCMSG] 2.2.3.10.
	SupportsProgress bool
	// StoreStateSearch: StoreState says that there are active search folders. L12, 2.2.1.1.3 <8>.
	StoreStateSearch bool
	// FewPublicFolders: the free/busy, offline address book and NNTP folder ids of a public logon are empty. L13,
	// 2.2.1.1.4 <9>.
	FewPublicFolders bool
	// PerUserGUID: a public logon's PerUserGuid is not zero. L14, 2.2.1.1.4 <10>; O4.
	PerUserGUID bool
	// OwningServersPrivate: RopGetOwningServers succeeds on a private logon. L15, 2.2.1.6.1 <12>.
	OwningServersPrivate bool
	// SetsStoreName: PidTagComment and PidTagDisplayName of the store may be set, otherwise ErrAccessDenied. L18, L19,
	// 2.2.2.1.
	SetsStoreName bool
	// SetsDeleteAfterSubmit: PidTagDeleteAfterSubmit of the store may be set, otherwise ErrAccessDenied. L20,
	// 2.2.2.1.2.2 <15>.
	SetsDeleteAfterSubmit bool
	// DatabaseOffline answers a logon to a database that is off line. L22, 3.2.5.1.1 <20>.
	DatabaseOffline Refusal
	// MailboxDisabled answers a logon to a disabled mailbox. L23, 3.2.5.1.1 <21>.
	MailboxDisabled mapi.ErrorCode
	// MailboxDisabledLater is MailboxDisabled from five minutes after the mailbox was disabled. L23.
	MailboxDisabledLater mapi.ErrorCode
	// BadCodePage answers a logon in a session with an unknown code page. L24, 3.2.5.1.1 <22>.
	BadCodePage mapi.ErrorCode
	// SortLocaleID: PidTagSortLocaleId can be read. L25, 3.2.5.1.1 <25>.
	SortLocaleID bool
	// OwnerFlagDenied answers TAKE_OWNERSHIP by a user who is not the owner. L26, 3.2.5.1.1 <31>.
	OwnerFlagDenied mapi.ErrorCode
	// NoOwnerPermission answers a user without any permission on the mailbox. L27, 3.2.5.1.1 <32>.
	NoOwnerPermission mapi.ErrorCode
	// UnknownUser answers a DN that is not in the directory. L30, 3.2.5.1.3 <36>.
	UnknownUser mapi.ErrorCode
	// ZeroIDToLongTerm: RopLongTermIdFromId of id 0 succeeds, otherwise ErrNotFound. L33, 3.2.5.8 <43>.
	ZeroIDToLongTerm bool
	// ZeroGUIDToID: RopIdFromLongTermId of a zero REPLGUID succeeds, otherwise ErrInvalidParameter. L35, 3.2.5.9 <44>.
	ZeroGUIDToID bool
	// BadPerUserOffset answers RopReadPerUserInformation with a negative offset. L36, 3.2.5.12.1 <45>.
	BadPerUserOffset mapi.ErrorCode
	// BadPerUserPublic and BadPerUserPrivate answer RopWritePerUserInformation with bad data. L38, L39, 3.2.5.13.1 <48>.
	BadPerUserPublic, BadPerUserPrivate mapi.ErrorCode
	// UserEntryID: PidTagUserEntryId of the logon object can be read. L41, 2.2.2.2.1, test settings: not in 2007.
	UserEntryID bool
}
