package nspi_test

import (
	"context"
	"path/filepath"
	"slices"
	"testing"

	"go.uber.org/zap/zaptest"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/server/nspi"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

// demo returns the address book of the demo organisation in a real store.
func demo(t *testing.T, version string) *nspi.Service {
	t.Helper()
	db, err := sqlite.Open(t.Context(), sqlite.Options{Path: filepath.Join(t.TempDir(), "mapid.db"), Durability: sqlite.Off})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	organization := seed.Organization{Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test"}
	if err := seed.Apply(t.Context(), db, db, seed.Demo(), seed.Options{Organization: organization}); err != nil {
		t.Fatal(err)
	}
	p, err := profile.ByName(version)
	if err != nil {
		t.Fatal(err)
	}
	return nspi.New(nspi.Options{
		Directory: db, StoreGUID: db.ReplicaGUID(), Profile: p.AddressBook, Logger: zaptest.NewLogger(t),
		Server: nspi.Server{Organization: "mapid", AdminGroup: "First Administrative Group", Name: "EXCH01", FQDN: "exch01.mapid.test"},
		Update: func(ctx context.Context, fn func(store.DirectoryTx) error) error {
			return db.Update(ctx, store.Scope{Directory: true}, func(tx store.Tx) error { return fn(tx) })
		},
	})
}

func by(account string) auth.Caller { return auth.Caller{Identity: auth.Identity{Account: account}} }

// mids resolves DNs, which must all be known.
func mids(t *testing.T, s *nspi.Service, names ...string) []uint32 {
	t.Helper()
	q := nspi.DNToMIdRequest{}
	for _, n := range names {
		q.Names = append(q.Names, "/o=mapid/ou=First Administrative Group/cn=Recipients/cn="+n)
	}
	a, err := s.DNToMId(t.Context(), by("alice"), &q)
	if err != nil || slices.Contains(a.MIds, 0) {
		t.Fatalf("DNToMId(%q) = %v, %v", names, a, err)
	}
	return a.MIds
}

// members lists a distribution list.
func members(t *testing.T, s *nspi.Service, list uint32) []uint32 {
	t.Helper()
	q := nspi.GetMatchesRequest{Stat: nspi.Stat{CurrentRec: list, ContainerID: uint32(mapi.TagAddressBookMember)}, Requested: 100}
	a, err := s.GetMatches(t.Context(), by("alice"), &q)
	if err != nil {
		t.Fatal(err)
	}
	return a.MIds
}

// TestChangesReachTheStore: what NspiModLinkAtt and NspiModProps write is what the next call reads.
func TestChangesReachTheStore(t *testing.T) {
	t.Parallel()
	s := demo(t, "exchange2007")
	id := mids(t, s, "alice", "bob", "carol", "team")
	alice, bob, carol, team := id[0], id[1], id[2], id[3]
	if got := members(t, s, team); !slices.Equal(got, []uint32{alice, bob, carol}) {
		t.Fatalf("members %x", got)
	}
	entry := nspi.GetPropsRequest{Stat: nspi.Stat{CurrentRec: bob}, Tags: []mapi.PropTag{mapi.TagEntryId}}
	row, err := s.GetProps(t.Context(), by("alice"), &entry)
	if err != nil {
		t.Fatal(err)
	}
	link := nspi.ModLinkAttRequest{Flags: nspi.DeleteLinks, Tag: mapi.TagAddressBookMember, MId: team, EntryIDs: [][]byte{row.Row[0].Value.Bytes()}}
	if _, err := s.ModLinkAtt(t.Context(), by("carol"), &link); err == nil {
		t.Error("somebody who does not own the list changed it")
	}
	if _, err := s.ModLinkAtt(t.Context(), by("alice"), &link); err != nil {
		t.Fatal(err)
	}
	if got := members(t, s, team); !slices.Equal(got, []uint32{alice, carol}) {
		t.Errorf("members %x after removing bob", got)
	}

	certificate := prop.Multi(mapi.PtypMultiBinary, []string{"\x30\x82\x00\xFF"})
	tag := mapi.TagUserX509Certificate
	props := nspi.ModPropsRequest{Stat: nspi.Stat{CurrentRec: carol}, Remove: []mapi.PropTag{tag}, Add: nspi.Row{{Tag: tag, Value: certificate}}}
	if _, err := s.ModProps(t.Context(), by("carol"), &props); err != nil {
		t.Fatal(err)
	}
	row, err = s.GetProps(t.Context(), by("bob"), &nspi.GetPropsRequest{Stat: nspi.Stat{CurrentRec: carol}, Tags: []mapi.PropTag{tag}})
	if err != nil || !row.Row[0].Value.Equal(certificate) {
		t.Errorf("certificate %v, %v", row, err)
	}
}

// TestDemoIsCompleteForTheWizard: every user of the demo resolves to one row with all a profile wizard stores.
func TestDemoIsCompleteForTheWizard(t *testing.T) {
	t.Parallel()
	s := demo(t, "exchange2010-sp1")
	q := nspi.ResolveNamesWRequest{
		Stat: nspi.Stat{CodePage: 1252, SortLocale: 0x409}, Names: []string{"alice", "Bob Brown", "=SMTP:carol@mapid.test"},
		Columns: []mapi.PropTag{
			mapi.TagDisplayName, mapi.TagEmailAddress, mapi.TagAccount, mapi.TagSmtpAddress, mapi.TagAddressType,
			mapi.TagAddressBookHomeMessageDatabase, mapi.TagAddressBookProxyAddresses, mapi.TagEntryId,
		},
	}
	a, err := s.ResolveNamesW(t.Context(), by("alice"), &q)
	if err != nil || !slices.Equal(a.MIds, []uint32{nspi.MidResolved, nspi.MidResolved, nspi.MidResolved}) || len(a.Rows) != 3 {
		t.Fatalf("ResolveNamesW = %+v, %v", a, err)
	}
	for i, row := range a.Rows {
		for _, v := range row {
			if v.Value.Type() == mapi.PtypErrorCode {
				t.Errorf("%q has no %v", q.Names[i], v.Tag)
			}
		}
	}
}

// TestHealthAccountIsNotListed: the account the server checks itself with stands in no list and no name means it.
func TestHealthAccountIsNotListed(t *testing.T) {
	t.Parallel()
	s := demo(t, "exchange2010-sp1")
	q := nspi.QueryRowsRequest{Count: 100, Columns: []mapi.PropTag{mapi.TagAccount}}
	a, err := s.QueryRows(t.Context(), by("alice"), &q)
	if err != nil || len(a.Rows) == 0 {
		t.Fatalf("QueryRows = %+v, %v", a, err)
	}
	for _, row := range a.Rows {
		if row[0].Value.Str() == seed.HealthAccount {
			t.Error("the health account is listed")
		}
	}
	names, err := s.ResolveNamesW(t.Context(), by("alice"), &nspi.ResolveNamesWRequest{Names: []string{seed.HealthAccount}})
	if err != nil || names.MIds[0] != nspi.MidUnresolved {
		t.Errorf("ResolveNamesW = %+v, %v", names, err)
	}
}
