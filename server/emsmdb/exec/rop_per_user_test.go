package exec_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/mapid/mapid/internal/ics"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// postPublic puts messages into a public folder and returns their ids and change numbers.
func (w *world) postPublic(folder mapi.ID, n int) (ids []store.MessageID, changes []uint64) {
	w.t.Helper()
	var public store.MailboxID
	err := w.store.View(w.t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := r.PublicMailbox()
		public = m.ID
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	err = w.store.Update(w.t.Context(), store.Scope{Mailboxes: []store.MailboxID{public}}, func(tx store.Tx) error {
		for i := range n {
			m, err := tx.CreateMessage(store.NewMessage{
				Folder: store.FolderID(folder.Counter()), Props: []prop.Tagged{{Tag: mapi.TagSubject, Value: prop.String(fmt.Sprint(i))}},
			})
			if err != nil {
				return err
			}
			ids, changes = append(ids, m.ID), append(changes, uint64(m.Change))
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return ids, changes
}

// mark makes a user have read messages.
func (w *world) mark(user string, ids ...store.MessageID) {
	w.t.Helper()
	var public store.MailboxID
	err := w.store.View(w.t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := r.PublicMailbox()
		public = m.ID
		return err
	})
	if err == nil {
		err = w.store.Update(w.t.Context(), store.Scope{Mailboxes: []store.MailboxID{public}}, func(tx store.Tx) error {
			_, err := tx.MarkRead(user, ids, true)
			return err
		})
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

// state reads a whole read state in pieces.
func (w *world) readState(on rop.In, folder prop.LongTermID, piece uint16) (data []byte, pieces int) {
	w.t.Helper()
	for {
		r := one[*rop.ReadPerUserInformationResponse](w, &rop.ReadPerUserInformationRequest{
			In: on, FolderID: folder, DataOffset: uint32(len(data)), MaxDataSize: piece,
		})
		data = append(data, r.Data...)
		if pieces++; r.HasFinished {
			return data, pieces
		}
		if len(r.Data) == 0 {
			w.t.Fatal("a piece is empty and not the last")
		}
	}
}

func idset(changes ...uint64) []byte {
	return ics.IDSet{{GUID: organization.ReplicaGUID(), Ranges: ics.Ranges(changes)}}.Bytes()
}

// TestReadPerUserInformation: the change numbers of what the user has read, on the public logon and as the user's mailbox
// knows it; another user has a state of his own. [MS-OXCSTOR] 2.2.1.12 and 3.2.5.12.
func TestReadPerUserInformation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(publicSeed()))
	w.logOn()
	w.publicBeside()
	folder, long := w.publicFolder("Announcements")
	_, empty := w.publicFolder("Empty")
	ids, changes := w.postPublic(folder, 5)
	w.mark("alice", ids[0], ids[1], ids[3])
	w.mark("bob", ids[4])
	want := idset(changes[0], changes[1], changes[3])
	for name, on := range map[string]rop.In{"Private": in(0), "Public": public()} {
		if got, pieces := w.readState(on, long, 0); !bytes.Equal(got, want) || pieces != 1 {
			t.Errorf("%s: %x in %d pieces, want %x", name, got, pieces, want)
		}
		if got, pieces := w.readState(on, long, 5); !bytes.Equal(got, want) || pieces != (len(want)+4)/5 {
			t.Errorf("%s in pieces: %x in %d pieces", name, got, pieces)
		}
		if got, _ := w.readState(on, empty, 0); len(got) != 0 {
			t.Errorf("%s, nothing read: %x", name, got)
		}
	}
	long.DatabaseGUID = mapi.GUID{1}
	if got, _ := w.readState(in(0), long, 0); len(got) != 0 {
		t.Errorf("a folder of elsewhere: %x", got)
	}
}

// TestReadPerUserInformationPieces: 4096 bytes at most, whatever is asked for, and what is read in pieces does not change
// under the reader. [MS-OXCSTOR] 3.2.5.12.1 notes 46 and 47.
func TestReadPerUserInformationPieces(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(publicSeed()))
	w.logOn()
	w.publicBeside()
	folder, long := w.publicFolder("Announcements")
	ids, changes := w.postPublic(folder, 1400)
	var even []store.MessageID
	var read []uint64
	for i := 0; i < len(ids); i += 2 {
		even, read = append(even, ids[i]), append(read, changes[i])
	}
	w.mark("alice", even...)
	want := idset(read...)
	first := one[*rop.ReadPerUserInformationResponse](w, &rop.ReadPerUserInformationRequest{In: public(), FolderID: long, MaxDataSize: 0xFFFF})
	if len(first.Data) != 4096 || first.HasFinished {
		t.Fatalf("%d bytes, finished %v", len(first.Data), first.HasFinished)
	}
	w.mark("alice", ids[1])
	second := one[*rop.ReadPerUserInformationResponse](w, &rop.ReadPerUserInformationRequest{In: public(), FolderID: long, DataOffset: 4096})
	if !bytes.Equal(append(first.Data, second.Data...), want) || !second.HasFinished {
		t.Errorf("%d and %d bytes of %d, finished %v", len(first.Data), len(second.Data), len(want), second.HasFinished)
	}
}

// TestWritePerUserInformation: what is written is the read state from then on.
func TestWritePerUserInformation(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(publicSeed()))
	w.logOn()
	w.publicBeside()
	folder, long := w.publicFolder("Announcements")
	ids, changes := w.postPublic(folder, 4)
	w.mark("alice", ids[0])
	own := organization.ReplicaGUID()
	for i, tt := range []struct {
		on      rop.In
		replica *mapi.GUID
		changes []uint64
	}{
		{public(), nil, []uint64{changes[1], changes[2]}}, {in(0), &own, []uint64{changes[0], changes[3]}}, {public(), nil, nil},
	} {
		want := idset(tt.changes...)
		cut := len(want) / 2
		one[*rop.WritePerUserInformationResponse](w, &rop.WritePerUserInformationRequest{In: tt.on, FolderID: long, Data: want[:cut], ReplGUID: tt.replica})
		one[*rop.WritePerUserInformationResponse](w, &rop.WritePerUserInformationRequest{
			In: tt.on, FolderID: long, DataOffset: uint32(cut), Data: want[cut:], HasFinished: true,
		})
		if len(tt.changes) == 0 {
			want = nil
		}
		for _, on := range []rop.In{public(), in(0)} {
			if got, _ := w.readState(on, long, 0); !bytes.Equal(got, want) {
				t.Errorf("%d: %x, want %x", i, got, want)
			}
		}
	}
}

// TestPerUserInformationRefused: [MS-OXCSTOR] 3.2.5.12 and 3.2.5.13, by version.
func TestPerUserInformationRefused(t *testing.T) {
	t.Parallel()
	own := organization.ReplicaGUID()
	for profile, want := range map[string]struct{ offset, public, private mapi.ErrorCode }{
		"exchange2003":     {mapi.ErrRpcFormat, mapi.ErrFormat, mapi.ErrFormat},
		"exchange2007":     {mapi.ErrRpcFormat, mapi.ErrFormat, mapi.ErrFormat},
		"exchange2010-sp1": {mapi.ErrRpcFormat, mapi.ErrFormat, mapi.ErrInvalidParameter},
		"exchange2013":     {mapi.ErrGeneralFailure, mapi.ErrCorruptData, mapi.Success},
		"exchange2016":     {mapi.ErrGeneralFailure, mapi.ErrCorruptData, mapi.ErrCorruptData},
	} {
		w := newWorld(t, withProfile(profile), withSeed(publicSeed()))
		w.logOn()
		w.publicBeside()
		_, long := w.publicFolder("Announcements")
		bad := []byte("no set of change numbers")
		foreign := mapi.GUID{1}
		gone := prop.LongTermID{DatabaseGUID: own, GlobalCounter: 0xFFFFFF}
		for _, tt := range []struct {
			name string
			req  rop.Request
			want mapi.ErrorCode
		}{
			{"NegativeOffset", &rop.ReadPerUserInformationRequest{In: public(), FolderID: long, DataOffset: 0xFFFFFFFF}, want.offset},
			{"NegativeOffsetPrivate", &rop.ReadPerUserInformationRequest{In: in(0), FolderID: long, DataOffset: 0x80000000}, want.offset},
			{"OffsetPastTheEnd", &rop.ReadPerUserInformationRequest{In: public(), FolderID: long, DataOffset: 1}, mapi.ErrGeneralFailure},
			{"NoSuchFolder", &rop.ReadPerUserInformationRequest{In: public(), FolderID: gone}, mapi.ErrNotFound},
			{"BadDataPublic", &rop.WritePerUserInformationRequest{In: public(), FolderID: long, Data: bad, HasFinished: true}, want.public},
			{"BadDataPrivate", &rop.WritePerUserInformationRequest{In: in(0), FolderID: long, Data: bad, HasFinished: true, ReplGUID: &own}, want.private},
			{"PieceMissing", &rop.WritePerUserInformationRequest{In: public(), FolderID: long, DataOffset: 7, Data: bad}, mapi.ErrGeneralFailure},
			{"WriteNoSuchFolder", &rop.WritePerUserInformationRequest{In: public(), FolderID: gone, HasFinished: true}, mapi.ErrNotFound},
			{"StoreOfElsewhere", &rop.WritePerUserInformationRequest{In: in(0), FolderID: long, HasFinished: true, ReplGUID: &foreign}, mapi.ErrNotFound},
		} {
			if got := w.code(tt.req); got != tt.want {
				t.Errorf("%s, %s: %v, want %v", profile, tt.name, got, tt.want)
			}
		}
	}
}

// TestGetPerUserLongTermIDs: the public folders of a database of which the mailbox knows something, [MS-OXCSTOR]
// 3.2.5.10, and which database that is, 3.2.5.11.
func TestGetPerUserLongTermIDs(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(publicSeed()))
	w.logOn()
	w.publicBeside()
	folder, long := w.publicFolder("Announcements")
	_, empty := w.publicFolder("Empty")
	ids, _ := w.postPublic(folder, 2)
	own := organization.ReplicaGUID()
	list := func(database mapi.GUID) []prop.LongTermID {
		return one[*rop.GetPerUserLongTermIdsResponse](w, &rop.GetPerUserLongTermIdsRequest{In: in(0), DatabaseGUID: database}).LongTermIDs
	}
	if got := list(own); len(got) != 0 {
		t.Errorf("before anything was read: %v", got)
	}
	w.mark("alice", ids[0])
	if got := list(own); len(got) != 1 || got[0] != long {
		t.Errorf("folders %v", got)
	}
	if got := list(mapi.GUID{1}); len(got) != 0 {
		t.Errorf("of another database: %v", got)
	}
	if got := one[*rop.GetPerUserGuidResponse](w, &rop.GetPerUserGuidRequest{In: in(0), LongTermID: long}).DatabaseGUID; got != own {
		t.Errorf("database %v", got)
	}
	for name, tt := range map[string]struct {
		req  rop.Request
		want mapi.ErrorCode
	}{
		"NothingKnown":     {&rop.GetPerUserGuidRequest{In: in(0), LongTermID: empty}, mapi.ErrNotFound},
		"GuidOnPublic":     {&rop.GetPerUserGuidRequest{In: public(), LongTermID: long}, mapi.ErrNoSupport},
		"IdsOnPublic":      {&rop.GetPerUserLongTermIdsRequest{In: public(), DatabaseGUID: own}, mapi.ErrNoSupport},
		"OnAFolder":        {&rop.GetPerUserGuidRequest{In: in(5), LongTermID: long}, mapi.ErrNullObject},
		"ReplicaElsewhere": {&rop.GetPerUserGuidRequest{In: in(0), LongTermID: prop.LongTermID{GlobalCounter: long.GlobalCounter}}, mapi.ErrNotFound},
	} {
		if got := w.code(tt.req); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
}
