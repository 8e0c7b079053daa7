// Package storetest is the contract of package store as tests. Every engine must pass Run, RunDirectory and RunCrash.
package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// Open opens an empty store for one test and closes it when the test ends.
type Open func(t *testing.T) store.Store

// Run tests an engine against the contract.
func Run(t *testing.T, open Open) {
	for _, subject := range []struct {
		name string
		run  func(*testing.T, Open)
	}{
		{"Mailboxes", testMailboxes},
		{"Folders", testFolders},
		{"Messages", testMessages},
		{"SaveMessage", testSaveMessage},
		{"Stages", testStages},
		{"Moves", testMoves},
		{"FolderMoves", testFolderMoves},
		{"PerUser", testPerUser},
		{"Outbox", testOutbox},
		{"Mail", testMail},
		{"Searches", testSearches},
		{"Contents", testContents},
		{"Lookup", testLookup},
		{"Properties", testProperties},
		{"Names", testNames},
		{"Replicas", testReplicas},
		{"ReceiveFolders", testReceiveFolders},
		{"Permissions", testPermissions},
		{"Rules", testRules},
		{"Transactions", testTransactions},
		{"Feed", testFeed},
		{"Concurrency", testConcurrency},
		{"RefusalIsFinal", testRefusalIsFinal},
		{"Reset", testReset},
		{"Model", testModel},
	} {
		t.Run(subject.name, func(t *testing.T) {
			t.Parallel()
			subject.run(t, open)
		})
	}
}

// fixture is a store with one mailbox that has an Inbox.
type fixture struct {
	*testing.T
	s     store.Store
	mb    store.Mailbox
	root  store.FolderID
	inbox store.FolderID
}

func newFixture(t *testing.T, open Open) *fixture {
	t.Helper()
	f := &fixture{T: t, s: open(t)}
	f.update(store.Scope{}, func(tx store.Tx) error {
		mb, err := tx.CreateMailbox(store.NewMailbox{GUID: mapi.GUID{1}, Account: "alice", Locale: 0x409})
		if err != nil {
			return err
		}
		f.root = mb.Special[store.SpecialRoot]
		inbox, err := tx.CreateFolder(store.NewFolder{
			Mailbox: mb.ID, Parent: f.root, Type: store.FolderGeneric, Special: store.SpecialInbox, Name: "Inbox", Class: "IPF.Note",
		})
		if err != nil {
			return err
		}
		f.inbox = inbox.ID
		f.mb, err = tx.Mailbox(mb.ID)
		return err
	})
	return f
}

// scope is the scope of a write to the mailbox.
func (f *fixture) scope() store.Scope { return store.Scope{Mailboxes: []store.MailboxID{f.mb.ID}} }

// update runs fn and fails the test on an error.
func (f *fixture) update(scope store.Scope, fn func(store.Tx) error) {
	f.Helper()
	if err := f.s.Update(f.Context(), scope, fn); err != nil {
		f.Fatalf("Update: %v", err)
	}
}

// write is update of the mailbox.
func (f *fixture) write(fn func(store.Tx) error) {
	f.Helper()
	f.update(f.scope(), fn)
}

// refuse runs fn and fails the test unless the error is want.
func (f *fixture) refuse(want error, fn func(store.Tx) error) {
	f.Helper()
	if err := f.s.Update(f.Context(), f.scope(), fn); !errors.Is(err, want) {
		f.Fatalf("Update: error %v, want %v", err, want)
	}
}

// read runs fn on a snapshot and fails the test on an error.
func (f *fixture) read(fn func(store.Reader) error) {
	f.Helper()
	if err := f.s.View(f.Context(), store.Scope{}, fn); err != nil {
		f.Fatalf("View: %v", err)
	}
}

// same fails the test if got is not want. Times of one transaction differ between runs and are compared where that is
// the subject.
func (f *fixture) same(what string, got, want any) {
	f.Helper()
	// what a change tells besides is compared where that is the subject
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.IgnoreFields(store.Change{}, "Buried", "Parent", "Tags", "Total", "Unread")); diff != "" {
		f.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// message stores a message in the Inbox.
func (f *fixture) message(props ...prop.Tagged) store.Message {
	f.Helper()
	return f.create(store.NewMessage{Folder: f.inbox, Props: props})
}

func (f *fixture) create(n store.NewMessage) (m store.Message) {
	f.Helper()
	f.write(func(tx store.Tx) (err error) {
		m, err = tx.CreateMessage(n)
		return err
	})
	return m
}

func (f *fixture) folder(id store.FolderID) (got store.Folder) {
	f.Helper()
	f.read(func(r store.Reader) (err error) {
		got, err = r.Folder(id)
		return err
	})
	return got
}

// child makes a folder below parent.
func (f *fixture) child(parent store.FolderID, name string) (got store.Folder) {
	f.Helper()
	f.write(func(tx store.Tx) (err error) {
		got, err = tx.CreateFolder(store.NewFolder{Mailbox: f.mb.ID, Parent: parent, Type: store.FolderGeneric, Special: store.SpecialCount, Name: name})
		return err
	})
	return got
}

// tagged makes a property.
func tagged(tag mapi.PropTag, v prop.Value) prop.Tagged { return prop.Tagged{Tag: tag, Value: v} }

// subject makes a PidTagSubject.
func subject(s string) prop.Tagged { return tagged(mapi.TagSubject, prop.String(s)) }

// values are the stored properties by tag.
func values(props []store.Property) map[mapi.PropTag]prop.Value {
	m := make(map[mapi.PropTag]prop.Value, len(props))
	for _, p := range props {
		m[p.Tag] = p.Value
	}
	return m
}
