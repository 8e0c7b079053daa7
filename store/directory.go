package store

import (
	"context"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
)

// Directory is the address book and the accounts. It is safe for concurrent use.
type Directory interface {
	// Snapshot returns the directory as it stands. It is immutable and may be kept.
	Snapshot(ctx context.Context) (*Snapshot, error)
	// Credential returns what verifying a password needs, by canonical name; ErrNotFound if there is none.
	Credential(ctx context.Context, name string) (Credential, error)
}

// Credential is the secret side of an account.
type Credential struct {
	Name   string
	NTHash [16]byte
}

// DirectoryTx writes the directory.
type DirectoryTx interface {
	// PutEntry adds an entry, or replaces the one of the same name; a new entry gets the next MId.
	PutEntry(e Entry) (Entry, error)
	RemoveEntry(name string) error
	SetCredential(c Credential) error
}

// EntryKind is the kind of a directory entry.
type EntryKind uint8

// Kinds of entries.
const (
	UserEntry EntryKind = iota
	ListEntry
	DynamicListEntry
	ContactEntry
	PublicFolderEntry
)

// Entry is one object of the directory.
type Entry struct {
	MId          uint32 // NSPI minimal id, from 0x10 up, never used again
	Kind         EntryKind
	Name         string // account name, alias, last cn of the DN
	DN           string // legacy DN
	GUID         mapi.GUID
	DisplayName  string
	Mail         string   // primary SMTP address
	Aliases      []string // further SMTP addresses
	Hidden       bool
	Admin        bool // organisation administrator
	Enabled      bool
	System       bool // made by the server for itself: not listed, not counted, not removed by hand
	Mailbox      MailboxID
	Members      []string // names of members, for lists
	ManagedBy    string
	Attributes   map[string][]string // by the plain names of the seed file: title, office, …
	Certificates [][]byte
	Quota        Quota
	Created      mapi.FileTime
	Modified     mapi.FileTime
}

// Quota limits a mailbox, in KiB; 0 is no limit.
type Quota struct {
	Warning, Send, Receive uint32
}

// Snapshot is the directory at one moment.
type Snapshot struct {
	Version uint64
	Entries []Entry // by MId
	byName  map[string]int
	byDN    map[string]int
	byMail  map[string]int
	byMId   map[uint32]int
}

// NewSnapshot indexes entries, which must be sorted by MId and are kept.
func NewSnapshot(version uint64, entries []Entry) *Snapshot {
	s := &Snapshot{
		Version: version, Entries: entries, byName: make(map[string]int, len(entries)),
		byDN: make(map[string]int, len(entries)), byMail: make(map[string]int, len(entries)), byMId: make(map[uint32]int, len(entries)),
	}
	for i := range entries {
		e := &entries[i]
		s.byName[strings.ToLower(e.Name)] = i
		s.byDN[strings.ToLower(e.DN)] = i
		s.byMId[e.MId] = i
		for _, m := range e.Aliases {
			s.byMail[strings.ToLower(m)] = i
		}
	}
	for i := range entries { // a primary address wins over somebody else's alias
		if m := entries[i].Mail; m != "" {
			s.byMail[strings.ToLower(m)] = i
		}
	}
	return s
}

// ByName finds an entry by name, without regard to case, or returns nil.
func (s *Snapshot) ByName(name string) *Entry { return find(s, s.byName, strings.ToLower(name)) }

// ByDN finds an entry by legacy DN, without regard to case, or returns nil.
func (s *Snapshot) ByDN(dn string) *Entry { return find(s, s.byDN, strings.ToLower(dn)) }

// ByMail finds an entry by any of its SMTP addresses, without regard to case, or returns nil.
func (s *Snapshot) ByMail(address string) *Entry { return find(s, s.byMail, strings.ToLower(address)) }

// ByMId finds an entry by its minimal id, or returns nil.
func (s *Snapshot) ByMId(mid uint32) *Entry { return find(s, s.byMId, mid) }

func find[K comparable](s *Snapshot, index map[K]int, key K) *Entry {
	if i, ok := index[key]; ok {
		return &s.Entries[i]
	}
	return nil
}
