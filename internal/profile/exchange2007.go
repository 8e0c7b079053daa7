package profile

import (
	"time"

	"github.com/mapid/mapid/internal/mapi"
)

func allServices() []AuthService { return []AuthService{AuthNegotiate, AuthNTLM, AuthKerberos} }

// exchange2007 is Exchange Server 2007 SP3. The other profiles say what they do differently, so this one is complete;
// a field that is not set here is false or zero in 2007.
func exchange2007() Profile {
	return Profile{
		Name:    "exchange2007",
		Product: "Exchange Server 2007 SP3",
		Version: Version{Major: 8, Minor: 3, Build: 83, Revision: 6},
		Interfaces: Interfaces{
			EMSMDB: Interface{
				Offered: true, Services: allServices(), MinimumLevel: LevelConnect,
				Evidence: "[MS-OXCRPC] 3.1.3 <5>; encryption is asked for by EcDoConnectEx, not by the bind, 3.1.4.1",
			},
			AsyncEMSMDB: Interface{
				Offered: true, Services: allServices(), MinimumLevel: LevelConnect, Anonymous: true,
				Evidence: "[MS-OXCRPC] 3.3.3; calls without authentication are inferred: the handle carries the identity",
			},
			NSPI: Interface{
				Offered: true, Services: allServices(), MinimumLevel: LevelConnect, Anonymous: true,
				Evidence: "[MS-OXNSPI] 1.5; without authentication NspiBind answers logon failure, test suite R1613",
			},
			RFR: Interface{
				Offered: true, Services: []AuthService{AuthNegotiate, AuthKerberos}, MinimumLevel: LevelConnect,
				Evidence: "NTLM was taken out of the referral interface in 2007 and Negotiate kept: two posts of Microsoft's MAPI support, 2008-07-14 " +
					"and 2009-02-23, no capture; reason 8 of the refusal is [MS-RPCE] 3.3.3.5.3",
			},
			EPM: Interface{
				Offered: true, Services: allServices(), MinimumLevel: LevelNone, Anonymous: true,
				Evidence: "general knowledge: the endpoint mapper asks nobody who they are",
			},
		},
		EMSMDB:       emsmdb2007(),
		ROP:          rop2007(),
		Logon:        logon2007(),
		Folder:       folder2007(),
		Message:      message2007(),
		Submit:       Submit{RecipientTypeMasked: true, ReportSender: "Microsoft Exchange", MaxSize: 10 << 10},
		Table:        Table{Async: true, QueryBeforeColumns: true, BackwardsEnd: mapi.BookmarkBeginning, FreeBookmarkContents: mapi.ErrNoSupport, ExpandReturnsRows: true, PackedBuffers: true},
		Property:     property2007(),
		FastTransfer: fastTransfer2007(),
		Notify:       Notify{ModifiedTags: true, NewMailFlags: true, RestrictionChanged: true, TableChanged: true},
		Rules:        rules2007(),
		AddressBook: AddressBook{
			ServedByDirectory:     true,
			EntryIDFollowsABNF:    true,
			IgnoresAnonymousLogin: true,
			AnonymousBind:         mapi.ErrLoginFailure,
			SpecialTableVersioned: true,
			ModifiesCertificates:  true,
			ModifiesLinks:         true,
			NoReferralSwitch:      true,
		},
		HTTP: HTTP{Autodiscover: true},
	}
}

func emsmdb2007() EMSMDB {
	format := Refusal{Code: mapi.ErrRpcFormat}
	return EMSMDB{
		TCP:                  true,
		Push:                 true,
		PushInterval:         time.Minute,
		LinksSessions:        true,
		ConnectAuxTooLarge:   Refusal{Code: mapi.ErrVersionMismatch},
		ConnectWeakIdentity:  format,
		OSVersion:            &OSVersion{Major: 5, Minor: 2, Build: 3790, ServicePackMajor: 2}, // Windows Server 2003 SP2, its usual host
		RequestOver8007:      format,
		RequestTooLarge:      format,
		RequestTooSmall:      format,
		OutTooSmall:          format,
		OutUnder8007:         format,
		ExecuteAuxTooLarge:   Refusal{Code: mapi.ErrVersionMismatch},
		ExecuteAuxOut:        true,
		AsyncRejectsPolling:  true,
		AsyncTimeout:         5 * time.Minute,
		AsyncTimeoutFromCall: true,
		ClientPolicies:       true,
		PollsMax:             time.Minute,
		RetryCount:           6,
		RetryDelay:           10 * time.Second,
	}
}

func rop2007() ROP {
	return ROP{
		OptionsData:           true,
		OptionsDataNeverFails: true,
		MaxStreamFixed:        true,
		FirstTooBig:           TooBigBuffer,
		MaxTooBig:             TooBigROP,
		PendingAlways:         true,
		LogonLookupFailsCall:  true,
		ReleasedHandle:        0xFFFFFFFF,
		Unsupported:           mapi.ErrNoSupport,
		GetStoreState:         true,
		GetValidAttachments:   true,
		CopyToStream:          true,
		Progress:              true,
		LockAndCloneStream:    true,
		SeekRowFractional:     true, // the note excepts 2010 RTM alone; the test settings say no
		PutBufferExtended:     true,
	}
}

func logon2007() Logon {
	return Logon{
		Ghosted:               true,
		TracksHomeLogon:       true,
		ChecksTakeOwnership:   true,
		NoMailUsed:            true,
		StoreStateSearch:      true,
		PerUserGUID:           true,
		OwningServersPrivate:  true,
		SetsStoreName:         true,
		SetsDeleteAfterSubmit: true,
		DatabaseOffline:       Refusal{Code: mapi.ErrLoginFailure},
		MailboxDisabled:       mapi.ErrLoginFailure,
		MailboxDisabledLater:  mapi.ErrUnknownUser,
		BadCodePage:           mapi.ErrUnknownCodePage,
		OwnerFlagDenied:       mapi.ErrAccessDenied,
		NoOwnerPermission:     mapi.ErrAccessDenied,
		UnknownUser:           mapi.ErrUnknownUser,
		ZeroGUIDToID:          true,
		BadPerUserOffset:      mapi.ErrRpcFormat,
		BadPerUserPublic:      mapi.ErrFormat,
		BadPerUserPrivate:     mapi.ErrFormat,
	}
}

func folder2007() Folder {
	return Folder{
		OpensSoftDeleted:     true,
		ExistingPublicFolder: true,
		OpensGone:            true,
		PublicBulk:           true,
		CopyFolderPartial:    true,
		AddressBookEntryID:   true,
		PublicDefault:        Rights(mapi.RoleAuthor),
		PublicAnonymous:      Rights(mapi.RightCreate),
		CreateDenied:         mapi.ErrAccessDenied,
		CreatePublicSearch:   mapi.ErrNoSupport,
		ChecksDeleteFlags:    true,
		SoftDeletes:          true,
		IndexedSearchStatic:  true,
	}
}

func message2007() Message {
	return Message{
		ObjectType:           true,
		RecordKey:            true,
		TrustSender:          true,
		OpensReadOnly:        true,
		BestAccessReadOnly:   true,
		KeepsOpenReadOnly:    true,
		ForceSave:            0x0C,
		ReadFlagsPartial:     true,
		EmbeddedReadOnly:     true,
		SetsCreator:          true,
		SetsDisplayLists:     true,
		InitialFlags:         mapi.MfRead | mapi.MfUnsent,
		InitialAccess:        mapi.AccessModify | mapi.AccessRead,
		CreateDenied:         mapi.ErrNoCreateRight,
		SaveConflict:         mapi.ErrObjectModified,
		NewAttachSize:        0x40,
		NewAttachAccessLevel: mapi.AccessLevelModify,
	}
}

func property2007() Property {
	return Property{
		MoveNoOverwrite: true,
		SizeLimit:       true,
		MovesProperties: true,
		MovesObjects:    true,
		PublicFolders:   true,
		ShortWrite:      mapi.ErrStreamSize,
		WritesThrough:   true,
	}
}

func fastTransfer2007() FastTransfer {
	return FastTransfer{
		IdsetExpired:         true,
		TrueCheckpoint:       true,
		BestBody:             true,
		PartialItem:          true,
		MoveFolder:           true,
		NoRoom:               true,
		ChecksDeleteFlags:    true,
		FolderContentWarning: true,
		NewFXFolder:          true,
		ConfirmsMappings:     true,
		RefusesType4:         true,
		IgnoreOnFAIAlone:     true,
		MoveSeen:             true,
		ReadStateAtomic:      true,
	}
}

func rules2007() Rules {
	return Rules{
		OthersChangeProps:   true,
		StateBits2007:       true,
		OOFReplySender:      true,
		ForwardNeedsEntryID: true,
		HasRules:            true,
		ExtendedRules:       2,
		SizeLimit:           256 << 10,
		DisabledLimit:       500,
		ForwardsForwarded:   true,
	}
}
