package nspi

import (
	"context"
	"strings"
	"sync"

	"github.com/mapid/mapid/store"
)

// book is one snapshot of the directory with what is derived from it on demand. It does not change but for that.
type book struct {
	service *Service
	snap    *store.Snapshot
	former  map[string]uint32 // MIds by former DN in lower case

	mu     sync.Mutex // guards the map; the tables in it build themselves
	tables map[tableKey]*table

	anr   func() *anrIndex
	links func() *linkIndex
}

// current returns the book of the directory as it stands.
func (s *Service) current(ctx context.Context) (*book, error) {
	snap, err := s.dir.Snapshot(ctx)
	if err != nil {
		return nil, err
	}
	if b := s.book.Load(); b != nil && b.snap == snap {
		return b, nil
	}
	s.bookMux.Lock()
	defer s.bookMux.Unlock()
	if b := s.book.Load(); b != nil && b.snap == snap {
		return b, nil
	}
	b := newBook(s, snap)
	s.book.Store(b)
	return b, nil
}

func newBook(s *Service, snap *store.Snapshot) *book {
	b := &book{service: s, snap: snap, former: make(map[string]uint32), tables: make(map[tableKey]*table)}
	for i := range snap.Entries {
		for _, dn := range snap.Entries[i].Attributes["x500"] {
			b.former[strings.ToLower(dn)] = snap.Entries[i].MId
		}
	}
	b.anr = sync.OnceValue(func() *anrIndex { return newANRIndex(snap, b.former) })
	b.links = sync.OnceValue(func() *linkIndex { return newLinkIndex(snap) })
	return b
}

// midOfDN returns the MId of the object a DN names, whether or not an address list shows it, or 0.
func (b *book) midOfDN(dn string) uint32 {
	if e := b.snap.ByDN(dn); e != nil {
		return e.MId
	}
	if mid, ok := b.former[strings.ToLower(dn)]; ok {
		return mid
	}
	for i, server := range b.service.servers {
		switch {
		case strings.EqualFold(dn, server.DN()):
			return midServers + 2*uint32(i)
		case strings.EqualFold(dn, server.DatabaseDN()):
			return midServers + 2*uint32(i) + 1
		}
	}
	for i := range containers {
		if c := &containers[i]; c.mid != midGAL && strings.EqualFold(dn, c.dn()) {
			return c.mid
		}
	}
	return 0
}

// midOfEntryID returns the MId of the object an entry id names, or 0.
func (b *book) midOfEntryID(id []byte) uint32 {
	dn, mid, ok := parseEntryID(id, b.service.guid)
	switch {
	case !ok:
		return 0
	case mid != 0:
		return mid
	}
	return b.midOfDN(dn)
}

// subject is one object whose properties are asked for. The zero subject has none.
type subject struct {
	book   *book
	mid    uint32
	dn     string
	name   string
	typ    displayType
	kind   kinds
	entry  *store.Entry // of stored objects
	server int          // of server and database objects: index in Service.servers
	bucket *container   // of address lists
	eph    bool         // give the ephemeral entry id
}

// subject returns the object of an MId; ok is false if there is none.
func (b *book) subject(mid uint32, eph bool) (subject, bool) {
	if e := b.snap.ByMId(mid); e != nil {
		return b.entrySubject(e, eph), true
	}
	s := subject{book: b, mid: mid, eph: eph}
	if c := containerByMId(mid); c != nil && mid != midGAL {
		s.kind, s.dn, s.name, s.typ, s.bucket = onContainer, c.dn(), c.name, dtContainer, c
		return s, true
	}
	if mid < midServers || mid >= midServers+2*uint32(len(b.service.servers)) {
		return subject{}, false
	}
	s.server = int(mid-midServers) / 2
	server := b.service.servers[s.server]
	if mid&1 == 0 {
		s.kind, s.dn, s.name = onServer, server.DN(), server.Name
	} else {
		s.kind, s.dn, s.name = onDatabase, server.DatabaseDN(), "Microsoft Private MDB"
	}
	return s, true
}

func (b *book) entrySubject(e *store.Entry, eph bool) subject {
	s := subject{book: b, mid: e.MId, dn: e.DN, name: e.DisplayName, typ: entryDisplayType(e), entry: e, eph: eph}
	switch e.Kind {
	case store.UserEntry:
		s.kind = onUser
	case store.ContactEntry:
		s.kind = onContact
	case store.PublicFolderEntry:
		s.kind = onFolder
	default:
		s.kind = onList
	}
	return s
}
