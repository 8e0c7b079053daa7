package profile

import "github.com/mapid/mapid/internal/mapi"

// exchange2010RTM is Exchange Server 2010 without a service pack. Test settings were measured on SP3; where RTM
// deviates, the notes say so.
func exchange2010RTM() Profile {
	p := exchange2007()
	p.Name = "exchange2010-rtm"
	p.Product = "Exchange Server 2010"
	p.Version = Version{Major: 14, Minor: 0, Build: 639, Revision: 21}
	p.EncryptionRequired = true

	p.Interfaces.RFR.Services = allServices()
	p.Interfaces.RFR.Evidence = "inferred: no source says that NTLM is refused, and profiles set to NTLM worked in the field"

	emsmdb2010(&p.EMSMDB)
	rop2010(&p.ROP)
	logon2010(&p.Logon)
	folder2010(&p.Folder)
	message2010(&p.Message)
	p.Submit = Submit{ConversationID: true, ConversationTopic: true, ReportSender: "Microsoft Outlook", MaxSize: 10 << 10}
	p.Table = Table{
		NeedsColumns:      true,
		BackwardsEnd:      mapi.BookmarkEnd,
		StaleBookmark:     mapi.ErrInvalidBookmark,
		ExpandReturnsRows: true,
		PackedBuffers:     true,
	}
	p.Property = Property{
		QueryNamedOnLogon: true,
		MovesObjects:      true,
		ChecksCopyFlags:   true,
		PublicFolders:     true,
		ShortWrite:        mapi.ErrTooBig,
		AttachmentStrings: true,
	}
	p.FastTransfer = FastTransfer{
		IdsetExpired:      true,
		BestBody:          true,
		PartialItem:       true,
		CopyToMove:        mapi.ErrInvalidParameter,
		PutBufferSteps:    1,
		EmptyParentKey:    mapi.ErrInvalidParameter,
		HardDelete:        true,
		LargeStringsEnd:   true,
		NewFXFolder:       true,
		ChecksCopyFlags:   true,
		ChecksImportFlags: true,
		PlainKeys:         true,
		SubfolderDelProp:  true,
	}
	p.Notify = Notify{NeedsView: true, ModifiedTags: true, NewMailFlags: true}
	p.Rules = Rules{
		OthersChangeProps: true,
		BadTableFlags:     mapi.ErrNoSupport,
		ForwardSMS:        true,
		OOFReplySender:    true,
		MovesForeign:      true,
		DeferredFolderIDs: true,
		HasRules:          true,
		BounceReports:     true,
		SizeLimit:         256 << 10,
		DisabledLimit:     500,
	}
	p.AddressBook = AddressBook{
		EntryIDFollowsABNF: true,
		AnonymousBind:      mapi.ErrLoginFailure,
		ModifiesLinks:      true,
	}
	return p
}

func emsmdb2010(e *EMSMDB) {
	fault := Refusal{Fault: FaultBadStub}
	e.Push = false
	e.LinksSessions = false
	e.ConnectAuxTooLarge = fault
	e.ConnectAuxTooSmall = Refusal{Code: mapi.ErrInvalidParameter}
	e.ConnectEmptyDN = Refusal{Code: mapi.ErrAccessDenied}
	e.ConnectWeakIdentity = Refusal{Code: mapi.ErrAccessDenied}
	e.OSVersion = nil
	e.EchoesFlags = true
	e.OutTooSmall = Refusal{Code: mapi.ErrRpcFailed}
	e.OutUnder8007 = Refusal{}
	e.ExecuteAuxTooLarge = fault
	e.ExecuteAuxTooSmall = Refusal{Code: mapi.ErrRpcFailed}
	e.ExecuteAuxOut = false
	e.AsyncRejectsPolling = false
	e.AsyncTimeoutFromCall = false
}

func rop2010(r *ROP) {
	r.OptionsDataNeverFails = false
	r.MaxStreamFixed = false
	r.MaxTooBig = TooBigCall
	r.PendingAlways = false
	r.LogonLookupFailsCall = false
	r.ReleasedHandle = 0xFFFFFFFE // the text only says which value it is not
	r.GetStoreState = false
	r.GetValidAttachments = false
	r.CopyToStream = false
	r.Progress = false
	r.LockAndCloneStream = false
	r.SeekRowFractional = false
}

func logon2010(l *Logon) {
	l.TracksHomeLogon = false
	l.ChecksTakeOwnership = false
	l.OtherWithoutFlag = ReplidMapping{Code: mapi.ErrWrongServer}
	l.StoreStateSearch = false
	l.PerUserGUID = false
	l.DatabaseOffline = Refusal{Fault: faultServerUnavailable}
	l.MailboxDisabled = mapi.ErrUnknownUser
	l.BadCodePage = mapi.Success
	l.SortLocaleID = true
	l.OwnerFlagDenied = mapi.ErrLoginPerm
	l.NoOwnerPermission = mapi.ErrLoginPerm
	l.ZeroGUIDToID = false
	l.BadPerUserPrivate = mapi.ErrInvalidParameter
	l.UserEntryID = true
}

// faultServerUnavailable is the status RPC_S_SERVER_UNAVAILABLE.
const faultServerUnavailable uint32 = 0x000006BA

func folder2010(f *Folder) {
	f.OpenTellsRules = true
	f.ExistingPublicFolder = false
	f.OpensGone = false
	f.CopyFolderPartial = false
	f.BulkPartial = true
	f.CreateDenied = mapi.ErrNoCreateSubfolderRight
	f.CreatePublicSearch = mapi.ErrGeneralFailure
	f.ChecksDeleteFlags = false
	f.ChecksSearchFlags = true
	f.BadHierarchyFlags = mapi.ErrNoSupport
	f.ConversationMembers = true
	f.BadContentsFlags = mapi.ErrInvalidParameter
}

func message2010(m *Message) {
	*m = Message{
		EverRead:             true,
		NativeBody:           true,
		ForceSave:            mapi.SaveForce,
		AttachSizeChanged:    mapi.ErrGeneralFailure,
		SetsCreator:          true,
		SetsDisplayLists:     true,
		InitialFlags:         mapi.MfRead | mapi.MfUnsent | mapi.MfEverRead,
		InitialAccess:        mapi.AccessModify | mapi.AccessRead,
		CreateDenied:         mapi.ErrNoCreateRight,
		SaveReadOnlyProps:    mapi.ErrGeneralFailure,
		SaveReadOnly:         mapi.ErrGeneralFailure,
		NewAttachSize:        0x40,
		NewAttachAccessLevel: mapi.AccessLevelModify,
	}
}

// exchange2010SP1 is Exchange Server 2010 SP1 without update rollups.
func exchange2010SP1() Profile {
	p := exchange2010RTM()
	p.Name = "exchange2010-sp1"
	p.Product = "Exchange Server 2010 SP1"
	p.Version = Version{Major: 14, Minor: 1, Build: 218, Revision: 15}
	p.EncryptionRequired = false // of a new server; one upgraded from RTM keeps True

	p.EMSMDB.ConnectAuxTooSmall = Refusal{Code: mapi.ErrRpcFailed}
	p.ROP.CopyToStream = true
	p.ROP.Progress = true
	p.ROP.SeekRowFractional = true
	p.Logon.SupportsProgress = true
	p.FastTransfer.EmptyParentKey = mapi.Success
	p.FastTransfer.FailOnConflict = true
	return p
}
