package object

import (
	"context"
	"errors"
	"time"

	"github.com/mapid/mapid/internal/codepage"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/server/emsmdb/acl"
	"github.com/mapid/mapid/server/emsmdb/cache"
	"github.com/mapid/mapid/store"
)

// LogonFolders is the number of folder ids in RopLogon's response.
const LogonFolders = 13

// Logon is a mailbox, or the public folders, opened by RopLogon, [MS-OXCSTOR] 3.2.5.1.
type Logon struct {
	env        *Env
	session    *Session
	mailbox    store.Mailbox
	owner      store.Entry    // zero in the public store
	privileged bool           // all rights on everything
	delegated  bool           // told to be a delegate, whatever the rights
	tracks     bool           // what each user has read in public folders is kept
	principals acl.Principals // who the user is where rights are looked up; empty if privileged
	directory  uint64         // version that principals are of
	progress   bool           // the client understands RopProgress
	spooler    bool           // the client sends mail itself, RopSetSpooler
	at         time.Time
	streams    map[*content]struct{} // whose properties do not have what was written yet

	reading, writing perUserTransfer
}

// LogonRequest is what a client says in RopLogon.
type LogonRequest struct {
	Flags     uint8
	OpenFlags uint32
	Essdn     string
	// Others are the logons the session has already.
	Others []*Logon
}

// WrongServerError redirects a client to the server that serves the mailbox.
type WrongServerError struct{ ServerDN string }

// Error names the server.
func (e *WrongServerError) Error() string { return "wrong server, go to " + e.ServerDN }

// Unwrap gives the code.
func (e *WrongServerError) Unwrap() error { return mapi.ErrWrongServer }

// Logon opens a mailbox, or the public folders, [MS-OXCSTOR] 3.2.5.1.
func (e *Env) Logon(ctx context.Context, s *Session, req LogonRequest) (*Logon, error) {
	p := &e.Profile.Logon
	if !codepage.Known(s.CodePage) && p.BadCodePage != mapi.Success {
		return nil, p.BadCodePage
	}
	if req.Flags&mapi.LogonPrivate == 0 {
		return e.logonPublic(ctx, s, req)
	}
	if req.OpenFlags&mapi.OpenPublic != 0 {
		return nil, mapi.ErrInvalidParameter
	}
	dir, err := e.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	owner := dir.ByDN(req.Essdn)
	switch {
	case owner == nil || owner.Kind != store.UserEntry || owner.Mailbox == 0:
		return nil, p.UnknownUser
	case !owner.Enabled:
		if e.Now().Sub(owner.Modified.Time()) >= disabledSettles {
			return nil, p.MailboxDisabledLater
		}
		return nil, p.MailboxDisabled
	}
	if err := e.home(s, owner); err != nil {
		return nil, err
	}
	l := &Logon{
		env: e, session: s, owner: *owner, at: e.Now().UTC(),
		progress:  req.OpenFlags&mapi.OpenSupportProgress != 0 && p.SupportsProgress,
		delegated: req.OpenFlags&mapi.OpenTakeOwnership == 0 && p.ChecksTakeOwnership,
	}
	m, err := e.mailboxes.Get(ctx, owner.Mailbox)
	if errors.Is(err, store.ErrNotFound) {
		return nil, p.UnknownUser
	}
	if err != nil {
		return nil, err
	}
	l.mailbox = m.Mailbox
	if err := l.admit(ctx, dir, req.OpenFlags); err != nil {
		return nil, err
	}
	if err := e.mappingRefusal(l, req); err != nil {
		return nil, err
	}
	return l, nil
}

// disabledSettles is how long some versions say something else of a mailbox that was disabled, [MS-OXCSTOR] 3.2.5.1.1
// note 21.
const disabledSettles = 5 * time.Minute

// mappingRefusal keeps logons apart that would need a replica id mapping each, from clients that did not ask for
// mappings per database, [MS-OXCSTOR] 3.2.5.1.1 notes 27 to 29.
func (e *Env) mappingRefusal(l *Logon, req LogonRequest) error {
	if req.OpenFlags&mapi.OpenUsePerMdbReplidMapping != 0 {
		return nil
	}
	p := &e.Profile.Logon
	rule, further := p.FirstWithoutFlag, false
	for _, o := range req.Others {
		switch {
		case o.Public():
		case o.mailbox.ID != l.mailbox.ID:
			rule, further = p.OtherWithoutFlag, true
		case !further:
			rule = p.SameWithoutFlag
		}
	}
	switch {
	case rule.Fault:
		return ErrCallFails
	case rule.Code == mapi.ErrWrongServer:
		return &WrongServerError{e.Server.DN}
	case rule.Code != mapi.Success:
		return rule.Code
	}
	return nil
}

// ErrCallFails reports what a version answers by a fault of the call instead of a code of the operation.
var ErrCallFails = errors.New("object: the call fails")

func (e *Env) logonPublic(ctx context.Context, s *Session, req LogonRequest) (*Logon, error) {
	if req.OpenFlags&mapi.OpenAlternateServer != 0 {
		return nil, mapi.ErrLoginFailure // there is no other server with public folders, [MS-OXCSTOR] 3.2.5.1.2
	}
	dir, err := e.Directory.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	l := &Logon{
		env: e, session: s, at: e.Now().UTC(),
		privileged: s.User.Admin && (req.OpenFlags&mapi.OpenUseAdminPrivilege != 0 || s.AdminConnect),
		tracks:     req.OpenFlags&mapi.OpenHomeLogon != 0 || !e.Profile.Logon.TracksHomeLogon,
	}
	l.refresh(dir)
	m, err := e.mailboxes.Get(ctx, cache.PublicMailbox)
	if errors.Is(err, store.ErrNotFound) {
		return nil, mapi.ErrLoginFailure
	}
	if err != nil {
		return nil, err
	}
	l.mailbox = m.Mailbox
	return l, nil
}

// Kind implements Object.
func (l *Logon) Kind() Kind { return KindLogon }

// Close implements Object: what the client locked for sending is free again.
func (l *Logon) Close() { l.env.spool.Release(l) }

// Public reports whether this is a logon to the public folders.
func (l *Logon) Public() bool { return l.mailbox.Kind == store.PublicMailbox }

// Name is the account of the mailbox, or "public folders".
func (l *Logon) Name() string {
	if l.Public() {
		return "public folders"
	}
	return l.owner.Name
}

// MailboxID is the mailbox's id in the store.
func (l *Logon) MailboxID() store.MailboxID { return l.mailbox.ID }

// MailboxGUID is the provider UID of the mailbox's entry ids.
func (l *Logon) MailboxGUID() mapi.GUID { return l.mailbox.GUID }

// ReplicaGUID stands for replica id 1.
func (l *Logon) ReplicaGUID() mapi.GUID { return l.env.Store.ReplicaGUID() }

// PerUserGUID is what a public logon tells of it; versions that tell anything give the store's own.
func (l *Logon) PerUserGUID() (g mapi.GUID) {
	if l.env.Profile.Logon.PerUserGUID {
		return l.mailbox.GUID
	}
	return g
}

// At is when the logon happened, in UTC.
func (l *Logon) At() time.Time { return l.at }

// Session returns the session's facts.
func (l *Logon) Session() *Session { return l.session }

// privateOrder and publicOrder say which folders stand in RopLogon's response, [MS-OXCSTOR] 2.2.1.1.3 and .4.
var (
	privateOrder = [LogonFolders]store.Special{
		store.SpecialRoot, store.SpecialDeferredAction, store.SpecialSpoolerQueue, store.SpecialIPMSubtree,
		store.SpecialInbox, store.SpecialOutbox, store.SpecialSentItems, store.SpecialDeletedItems,
		store.SpecialCommonViews, store.SpecialSchedule, store.SpecialSearch, store.SpecialViews,
		store.SpecialShortcuts,
	}
	publicOrder = [LogonFolders]store.Special{
		store.SpecialRoot, store.SpecialIPMSubtree, store.SpecialNonIPMSubtree, store.SpecialEFormsRegistry,
		store.SpecialScheduleFreeBusy, store.SpecialOfflineAddressBook, store.SpecialEFormsLocale, store.SpecialSiteFreeBusy,
		store.SpecialSiteOfflineAddressBook, store.SpecialArticleIndex, store.SpecialCount, store.SpecialCount, store.SpecialCount,
	}
)

// FolderIDs returns the folders that RopLogon names, zero where there is none.
func (l *Logon) FolderIDs() (ids [LogonFolders]mapi.ID) {
	order := privateOrder
	if l.Public() {
		if order = publicOrder; l.env.Profile.Logon.FewPublicFolders {
			for _, at := range []int{4, 5, 7, 8, 9} {
				order[at] = store.SpecialCount
			}
		}
	}
	for i, special := range order {
		if f := l.mailbox.Special[special]; f != 0 {
			ids[i] = mapi.NewID(ownReplica, uint64(f))
		}
	}
	return ids
}

// ResponseFlags returns the flags of a private logon's response.
func (l *Logon) ResponseFlags(ctx context.Context) (uint8, error) {
	flags := mapi.LogonResponseReserved
	if l.privileged && !l.delegated {
		flags |= mapi.LogonResponseOwner
	}
	if l.sendsAs() {
		flags |= mapi.LogonResponseSendAs
	}
	v, err := l.Get(ctx, []mapi.PropTag{mapi.TagOutOfOfficeState})
	if err != nil {
		return 0, err
	}
	if v[0].Type() == mapi.PtypBoolean && v[0].Bool() {
		flags |= mapi.LogonResponseOOF
	}
	return flags, nil
}

// StoreState returns the state that RopLogon and RopGetStoreState give.
func (l *Logon) StoreState() uint32 {
	if l.env.Profile.Logon.StoreStateSearch && (l.mailbox.Special[store.SpecialReminders] != 0 || l.mailbox.Special[store.SpecialToDo] != 0) {
		return mapi.StoreHasActiveSearchFolders
	}
	return 0
}

// update runs a transaction on the logon's mailbox. Once started it is carried through, whatever becomes of the
// client: what was saved must be published. The mailbox stays within its quota.
func (l *Logon) update(ctx context.Context, fn func(store.Tx) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	fn, err := l.within(ctx, fn)
	if err != nil {
		return err
	}
	return l.env.Store.Update(context.WithoutCancel(ctx), l.writes(l.mailbox.ID), fn)
}

// writes is the scope of a transaction of this logon on mailboxes.
func (l *Logon) writes(mailboxes ...store.MailboxID) store.Scope {
	return store.Scope{Mailboxes: mailboxes, Origin: l.session.Origin}
}

// privateOnly refuses public logons where an operation makes no sense for them.
func (l *Logon) privateOnly() error {
	if l.Public() {
		return mapi.ErrNoSupport
	}
	return nil
}

// SupportsProgress reports whether the client said that it understands RopProgress where a version asks for that,
// [MS-OXCMSG] 3.2.5.10.
func (l *Logon) SupportsProgress() bool { return l.progress }
