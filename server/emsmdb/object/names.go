package object

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

// psMAPI is the property set of properties without names, whose numbers are their ids.
var psMAPI = mapi.MustGUID("00020328-0000-0000-c000-000000000046")

// NamesOf returns the names of property ids, [MS-OXCPRPT] 3.2.5.10.
func (l *Logon) NamesOf(ctx context.Context, ids []uint16) ([]prop.Name, error) {
	var names []prop.Name
	err := l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		names, err = r.Names(l.mailbox.ID, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	for i, id := range ids {
		if id < namedPropertyStart {
			names[i] = prop.Name{Kind: prop.NameLID, GUID: psMAPI, LID: uint32(id)}
		}
	}
	return names, nil
}

// IDsOf returns the property ids of names, making those that are missing if create is set, [MS-OXCPRPT] 3.2.5.9. A
// name without an id has 0.
func (l *Logon) IDsOf(ctx context.Context, names []prop.Name, create bool) ([]uint16, error) {
	ids := make([]uint16, len(names))
	var ask []prop.Name
	var at []int
	for i, n := range names {
		switch {
		case n.GUID == psMAPI && n.Kind == prop.NameLID && n.LID < namedPropertyStart:
			ids[i] = uint16(n.LID)
		case n.Kind != prop.NameLID && n.Kind != prop.NameString, n.GUID == psMAPI, !n.Valid():
		default:
			if n.GUID == mapi.PsInternetHeaders {
				n.Text = strings.ToLower(n.Text)
			}
			ask, at = append(ask, n), append(at, i)
		}
	}
	if len(ask) == 0 {
		return ids, nil
	}
	got, err := l.lookUp(ctx, ask, create)
	if err != nil {
		return nil, err
	}
	for i, id := range got {
		ids[at[i]] = id
	}
	return ids, nil
}

// rightsWriting are those of users who need names: who writes nowhere registers none, [MS-OXCPRPT] 3.2.5.10.
const rightsWriting = Rights(mapi.RightCreate | mapi.RightEditOwned | mapi.RightEditAny | mapi.RightCreateSubFolder | mapi.RightFolderOwner)

// lookUp finds ids and registers what is missing. Most calls ask for names that are there, and need no transaction
// that writes.
func (l *Logon) lookUp(ctx context.Context, names []prop.Name, create bool) (ids []uint16, err error) {
	err = l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		ids, err = r.NameIDs(l.mailbox.ID, names)
		return err
	})
	if err != nil || !create || !missing(ids) {
		return ids, err
	}
	if !l.privileged {
		if may, err := l.anywhere(ctx, rightsWriting); err != nil || !may {
			return ids, err
		}
	}
	err = l.update(ctx, func(tx store.Tx) (err error) {
		ids, err = tx.RegisterNames(l.mailbox.ID, names)
		return err
	})
	if errors.Is(err, store.ErrQuota) {
		return nil, mapi.Wrap(mapi.ErrMemory, err)
	}
	return ids, err
}

func missing(ids []uint16) bool {
	for _, id := range ids {
		if id == 0 {
			return true
		}
	}
	return false
}

// AllIDs returns every registered id, [MS-OXCPRPT] 2.2.12.1.
func (l *Logon) AllIDs(ctx context.Context) (ids []uint16, err error) {
	err = l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		ids, _, err = r.AllNames(l.mailbox.ID)
		return err
	})
	return ids, err
}

// LongTermID makes an id that means the same in every logon, [MS-OXCSTOR] 3.2.5.8.
func (l *Logon) LongTermID(ctx context.Context, id mapi.ID) (prop.LongTermID, error) {
	if id == 0 {
		if l.env.Profile.Logon.ZeroIDToLongTerm {
			return prop.LongTermID{}, nil
		}
		return prop.LongTermID{}, mapi.ErrNotFound
	}
	out := prop.LongTermID{DatabaseGUID: l.ReplicaGUID(), GlobalCounter: id.Counter()}
	if id.ReplID() == ownReplica {
		return out, nil
	}
	err := l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		out.DatabaseGUID, err = r.ReplicaGUIDOf(l.mailbox.ID, id.ReplID())
		return err
	})
	return out, err
}

// IDFromLongTermID is the inverse of LongTermID; a GUID that was never seen gets a replica id, [MS-OXCSTOR] 3.2.5.9.
func (l *Logon) IDFromLongTermID(ctx context.Context, id prop.LongTermID) (mapi.ID, error) {
	switch {
	case id.DatabaseGUID.IsZero() && l.env.Profile.Logon.ZeroGUIDToID:
		return 0, nil
	case id.DatabaseGUID.IsZero(), id.GlobalCounter == 0:
		return 0, mapi.ErrInvalidParameter
	case id.DatabaseGUID == l.ReplicaGUID():
		return mapi.NewID(ownReplica, id.GlobalCounter), nil
	}
	var repl uint16
	err := l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
		repl, err = r.ReplicaID(l.mailbox.ID, id.DatabaseGUID)
		return err
	})
	if errors.Is(err, store.ErrNotFound) {
		err = l.update(ctx, func(tx store.Tx) (err error) {
			repl, err = tx.RegisterReplica(l.mailbox.ID, id.DatabaseGUID)
			return err
		})
		if errors.Is(err, store.ErrQuota) {
			err = mapi.Wrap(mapi.ErrParameterOverflow, err)
		}
	}
	if err != nil {
		return 0, err
	}
	return mapi.NewID(repl, id.GlobalCounter), nil
}

// NamedProperties lists the named properties of an object by id, of a logon all that are registered, [MS-OXCPRPT]
// 3.2.5.6: without those that flags leave out, and of one property set only if set is not nil.
func NamedProperties(ctx context.Context, b Bag, flags uint8, set *mapi.GUID) ([]uint16, []prop.Name, error) {
	l := b.Logon()
	var ids []uint16
	var names []prop.Name
	var err error
	if b.Kind() == KindLogon {
		if !l.env.Profile.Property.QueryNamedOnLogon {
			return nil, nil, mapi.ErrNoSupport
		}
		err = l.env.Store.View(ctx, store.Scope{}, func(r store.Reader) (err error) {
			ids, names, err = r.AllNames(l.mailbox.ID)
			return err
		})
	} else {
		ids, names, err = l.namesOfObject(ctx, b)
	}
	if err != nil {
		return nil, nil, err
	}
	outIDs, outNames := make([]uint16, 0, len(ids)), make([]prop.Name, 0, len(ids))
	for i, n := range names {
		switch {
		case n.Kind == prop.NameString && flags&mapi.NamesNoStrings != 0, n.Kind == prop.NameLID && flags&mapi.NamesNoIDs != 0:
		case n.Kind == prop.NameNone, set != nil && n.GUID != *set:
		default:
			outIDs, outNames = append(outIDs, ids[i]), append(outNames, n)
		}
	}
	return outIDs, outNames, nil
}

// namesOfObject lists the named properties that an object has.
func (l *Logon) namesOfObject(ctx context.Context, b Bag) ([]uint16, []prop.Name, error) {
	tags, err := b.List(ctx)
	if err != nil {
		return nil, nil, err
	}
	var ids []uint16
	for _, tag := range tags {
		if tag.IsNamed() {
			ids = append(ids, tag.ID())
		}
	}
	ids = slices.Compact(ids) // tags come sorted
	names, err := l.NamesOf(ctx, ids)
	return ids, names, err
}
