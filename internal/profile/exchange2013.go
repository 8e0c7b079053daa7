package profile

import (
	"time"

	"github.com/mapid/mapid/internal/mapi"
)

// exchange2013 is Exchange Server 2013 SP1. It is reached over HTTP only; RPC over TCP is a lab extension.
func exchange2013() Profile {
	p := exchange2010SP1()
	p.Name = "exchange2013"
	p.Product = "Exchange Server 2013 SP1"
	p.Version = Version{Major: 15, Minor: 0, Build: 847, Revision: 32}
	p.EncryptionRequired = true

	p.Interfaces.EMSMDB.AnonymousOverHTTP = true
	p.Interfaces.AsyncEMSMDB.AnonymousOverHTTP = true
	p.Interfaces.NSPI.AnonymousOverHTTP = true
	p.Interfaces.RFR.AnonymousOverHTTP = true

	emsmdb2013(&p.EMSMDB)

	p.ROP.OptionsData = false
	p.ROP.ReleasedHandle = 0xFFFFFFFF
	p.ROP.ProgressFails = true
	p.ROP.WriteStreamExtended = true

	logon2013(&p.Logon)
	folder2013(&p.Folder)

	p.Message.OpensReadOnly = true
	p.Message.SetsCreator = false
	p.Message.InitialAccess = mapi.AccessModify | mapi.AccessRead | mapi.AccessDelete
	p.Message.CreateDenied = mapi.ErrAccessDenied
	p.Message.NewAttachSize = 0
	p.Message.NewAttachAccessLevel = 0

	p.Submit.ConversationIndexNew = true
	p.Table.FindTellsGoneRow = true
	p.Table.ExpandReturnsRows = false

	p.Property.MovesObjects = false
	p.Property.PublicFolders = false
	p.Property.WritesThrough = true
	p.Property.FolderBinaries = true

	p.FastTransfer.IdsetExpired = false
	p.FastTransfer.BestBody = false
	p.FastTransfer.ParentFolderID = true
	p.FastTransfer.NewFXFolder = false
	p.FastTransfer.IgnoreOnFAIAlone = true
	p.FastTransfer.MoveSeen = true

	p.Notify.ModifiedTags = false
	p.Notify.NewMailFlags = false

	p.Rules.OthersChangeProps = false
	p.Rules.MovesForeign = false
	p.Rules.HasRules = false // undefined in SP1
	p.Rules.OOFRepeats = true
	p.Rules.SavesPartOfChanges = true
	p.Rules.DisabledLimit = 0

	p.AddressBook.EntryIDFollowsABNF = false
	p.AddressBook.ResortAnySort = true
	p.AddressBook.ModifiesLinks = false

	p.HTTP.Offered = true
	p.HTTP.PendingPeriod = 15 * time.Second
	return p
}

func emsmdb2013(e *EMSMDB) {
	e.TCP = false
	e.EndpointCapabilities = true
	e.OrgAutodiscoversPublicFolders = true
	e.SessionInfo = true
	e.PackedWriteStream = true
	e.EchoesFlags = false
	e.RequestOver8007 = Refusal{Code: mapi.ErrRpcFailed}
	e.RequestTooLarge = Refusal{Fault: FaultBadStub}
	e.RequestTooSmall = Refusal{Code: mapi.ErrRpcFailed}
	e.OutTooSmall = Refusal{}
	e.ExecuteAuxTooSmall = Refusal{}
	e.ExecuteAuxOut = true
	e.AsyncBadHandleCompletes = true
}

func logon2013(l *Logon) {
	l.Ghosted = false
	l.NoMailUsed = false
	l.FirstWithoutFlag = ReplidMapping{Fault: true}
	l.SameWithoutFlag = ReplidMapping{Code: mapi.ErrInvalidParameter}
	l.OtherWithoutFlag = ReplidMapping{Code: mapi.ErrInvalidParameter}
	l.FewPublicFolders = true
	l.OwningServersPrivate = false
	l.SetsStoreName = false
	l.SetsDeleteAfterSubmit = false
	l.BadCodePage = mapi.ErrUnknownCodePage
	l.OwnerFlagDenied = mapi.Success
	l.ZeroIDToLongTerm = true
	l.BadPerUserOffset = mapi.ErrGeneralFailure
	l.BadPerUserPublic = mapi.ErrCorruptData
	l.BadPerUserPrivate = mapi.Success
}

func folder2013(f *Folder) {
	f.OpensSoftDeleted = false
	f.PublicBulk = false
	f.PublicAnonymous = 0
	f.AddressBookEntryID = false
	f.CreateDenied = mapi.ErrAccessDenied
	f.CreatePublicSearch = mapi.ErrNoSupport
	f.SoftDeletes = false
	f.IndexedSearchStatic = false
	f.SearchInScope = mapi.ErrSearchFolderScope
	f.EmptyRoot = mapi.ErrNoSupport
}

// exchange2016 is Exchange Server 2016 without cumulative updates. It is reached over HTTP only; RPC over TCP is a lab
// extension.
func exchange2016() Profile {
	p := exchange2013()
	p.Name = "exchange2016"
	p.Product = "Exchange Server 2016"
	p.Version = Version{Major: 15, Minor: 1, Build: 225, Revision: 42}

	p.Logon.DatabaseOffline = Refusal{Code: mapi.ErrLoginFailure}
	p.Logon.ZeroGUIDToID = true
	p.Logon.BadPerUserPrivate = mapi.ErrCorruptData
	p.Folder.OpenTellsRules = false
	p.Message.SetsDisplayLists = false
	p.Message.SaveReadOnly = mapi.Success
	p.Notify.NewMailFlags = true // the test settings say 0
	p.Rules.OOFReplySender = false
	p.Rules.HasRules = true
	p.Rules.OOFRepeats = false
	return p
}
