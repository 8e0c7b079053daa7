package exec_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
)

// TestGetOwningServers: the one server that has public folders; on private logons by version, [MS-OXCSTOR] 2.2.1.6.1
// note 12 and 3.2.5.6.
func TestGetOwningServers(t *testing.T) {
	t.Parallel()
	for profile, private := range map[string]mapi.ErrorCode{
		"exchange2003": mapi.Success, "exchange2007": mapi.Success, "exchange2010-sp1": mapi.Success, "exchange2013": mapi.ErrNoSupport,
		"exchange2016": mapi.ErrNoSupport,
	} {
		w := newWorld(t, withProfile(profile), withSeed(publicSeed()))
		l := w.logOn()
		w.publicBeside()
		folder, _ := w.publicFolder("Announcements")
		got := one[*rop.GetOwningServersResponse](w, &rop.GetOwningServersRequest{In: public(), FolderID: folder}).Owners
		if len(got.Servers) != 1 || got.Servers[0] != serverDN+"/cn=Microsoft Public MDB" || got.CheapServerCount != 1 {
			t.Errorf("%s: %+v", profile, got)
		}
		if got := w.code(&rop.GetOwningServersRequest{In: public(), FolderID: l.FolderIDs[fidInbox]}); got != mapi.ErrNotFound {
			t.Errorf("%s, a folder that is not public: %v", profile, got)
		}
		if got := w.code(&rop.GetOwningServersRequest{In: in(0), FolderID: l.FolderIDs[fidInbox]}); got != private {
			t.Errorf("%s, private: %v, want %v", profile, got, private)
		}
	}
}

// TestPublicFolderIsGhosted: all public folders are held here; private folders never are ghosted, 3.2.5.7.
func TestPublicFolderIsGhosted(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(publicSeed()))
	l := w.logOn()
	w.publicBeside()
	folder, _ := w.publicFolder("Announcements")
	for name, req := range map[string]*rop.PublicFolderIsGhostedRequest{
		"Public": {In: public(), FolderID: folder}, "Private": {In: in(0), FolderID: l.FolderIDs[fidInbox]},
		"PrivateUnknown": {In: in(0), FolderID: mapi.NewID(1, 0xFFFFFF)},
	} {
		if got := one[*rop.PublicFolderIsGhostedResponse](w, req); got.Ghosted != nil {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := w.code(&rop.PublicFolderIsGhostedRequest{In: public(), FolderID: mapi.NewID(1, 0xFFFFFF)}); got != mapi.ErrNotFound {
		t.Errorf("an unknown public folder: %v", got)
	}
}

// publicSeed is a seed with a public folder.
func publicSeed() *seed.Seed {
	return &seed.Seed{
		Users:         []seed.User{{Name: "alice", Password: "x"}, {Name: "bob", Password: "x"}},
		PublicFolders: []seed.PublicFolder{{Path: "Announcements"}, {Path: "Empty"}},
	}
}

// publicBeside logs on to the public folders at index 1 with LogonId 1.
func (w *world) publicBeside() *rop.LogonResponse {
	w.t.Helper()
	return one[*rop.LogonResponse](w, &rop.LogonRequest{Out: rop.Out{LogonID: 1, OutputHandleIndex: 1}, OpenFlags: mapi.OpenPublic})
}

// public is the header of a ROP on the public logon.
func public() rop.In { return rop.In{LogonID: 1, InputHandleIndex: 1} }

// publicFolder finds a public folder and returns its ids.
func (w *world) publicFolder(name string) (mapi.ID, prop.LongTermID) {
	w.t.Helper()
	var id store.FolderID
	err := w.store.View(w.t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := r.PublicMailbox()
		if err != nil {
			return err
		}
		f, err := r.FolderByName(m.Special[store.SpecialIPMSubtree], name)
		id = f.ID
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return mapi.NewID(1, uint64(id)), prop.LongTermID{DatabaseGUID: organization.ReplicaGUID(), GlobalCounter: uint64(id)}
}
