// Package object holds what a handle points to: logons, folders, messages, attachments, tables, streams and
// subscriptions, with the rules that the mailbox protocols give them. It knows no ROP and no bytes of one: package
// exec translates. Objects belong to one session and are used by one call at a time.
package object

import (
	"time"

	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/store"
)

// Kind is the kind of an object, and in sets of several what an operation accepts.
type Kind uint16

// Kinds of objects.
const (
	KindLogon Kind = 1 << iota
	KindFolder
	KindMessage
	KindAttachment
	KindTable
	KindStream
	KindSubscription

	// KindAny is every kind.
	KindAny Kind = 1<<iota - 1
	// KindBag is every kind of object with properties.
	KindBag = KindLogon | KindFolder | KindMessage | KindAttachment
)

// Object is what a handle points to. Objects keep what they need of their parents: releasing a parent first leaves
// its children usable, which clients rely on.
type Object interface {
	Kind() Kind
	// Close frees what the object holds outside of itself. It is called once.
	Close()
}

// Session is what a logon needs to know of the connect it happens under.
type Session struct {
	Account       string      // who proved their identity
	User          store.Entry // who the session acts for
	CodePage      uint32      // of 8-bit strings
	LCIDString    uint32
	LCIDSort      uint32
	AdminConnect  bool            // connected as an administrator
	ClientVersion profile.Version // normalised
	// Origin is stamped on what the session changes; 0 until the session begins.
	Origin uint64
	// Cached: the client keeps a copy of the mailbox, as far as it told.
	Cached bool

	strays []time.Time // recent attempts to log on to mailboxes of other servers
}
