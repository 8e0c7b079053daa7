package msgprops_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/msgprops"
	"github.com/mapid/mapid/internal/prop"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func guid(t testing.TB, s string) mapi.GUID { return mapi.GUID(unhex(t, s)) }

const (
	replGUID    = "10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F"
	mailboxGUID = "40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F"
	folder46    = "00 00 00 00 40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F 01 00 10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F 00 00 00 00 00 0D 00 00"
	message70   = "00 00 00 00 40 41 42 43 44 45 46 47 48 49 4A 4B 4C 4D 4E 4F 07 00 10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F 00 00 00 00 00 0D 00 00 " +
		"10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F 00 00 00 00 1F 04 00 00"
	addressBob = "00 00 00 00 DC A7 40 C8 C0 42 10 1A B4 B9 08 00 2B 2F E1 82 01 00 00 00 00 00 00 00 " +
		"2F 6F 3D 4C 2F 6F 75 3D 45 2F 63 6E 3D 52 65 63 69 70 69 65 6E 74 73 2F 63 6E 3D 62 6F 62 00"
	oneOffAl = "00 00 00 00 81 2B 1F A4 BE A3 10 19 9D 6E 00 DD 01 0F 54 02 00 00 01 80 41 00 6C 00 00 00 53 00 4D 00 54 00 50 00 00 00 61 00 40 00 62 00 00 00"
)

func TestFolderEntryID(t *testing.T) {
	t.Parallel()
	e := msgprops.FolderEntryID{ProviderUID: guid(t, mailboxGUID), Type: msgprops.EntryPrivateFolder, Folder: prop.LongTermID{DatabaseGUID: guid(t, replGUID), GlobalCounter: 0x0D}}
	if d := cmp.Diff(unhex(t, folder46), e.Bytes()); d != "" {
		t.Error(d)
	}
	got, err := msgprops.ParseFolderEntryID(unhex(t, folder46))
	if err != nil || got != e {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{folder46[:len(folder46)-3], folder46 + " 00", strings.Replace(folder46, "4F 01 00", "4F 07 00", 1)} {
		if _, err := msgprops.ParseFolderEntryID(unhex(t, bad)); err == nil {
			t.Errorf("%s decodes", bad)
		}
	}
}

func TestMessageEntryID(t *testing.T) {
	t.Parallel()
	repl := guid(t, replGUID)
	e := msgprops.MessageEntryID{ProviderUID: guid(t, mailboxGUID), Type: msgprops.EntryPrivateMessage,
		Folder: prop.LongTermID{DatabaseGUID: repl, GlobalCounter: 0x0D}, Message: prop.LongTermID{DatabaseGUID: repl, GlobalCounter: 0x1F04}}
	if d := cmp.Diff(unhex(t, message70), e.Bytes()); d != "" {
		t.Error(d)
	}
	got, err := msgprops.ParseMessageEntryID(unhex(t, message70))
	if err != nil || got != e {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := msgprops.ParseMessageEntryID(unhex(t, folder46)); err == nil {
		t.Error("a folder's entry id decodes as a message's")
	}
}

func TestMailboxStoreEntryID(t *testing.T) {
	t.Parallel()
	want := "00 00 00 00 38 A1 BB 10 05 E5 10 1A A1 BB 08 00 2B 2A 56 C2 00 00 45 4D 53 4D 44 42 2E 44 4C 4C 00 00 00 00 00 00 00 00 " +
		"1B 55 FA 20 AA 66 11 CD 9B C8 00 AA 00 2F C4 5A 0C 00 00 00 53 52 56 00 2F 6F 3D 4C 2F 63 6E 3D 62 6F 62 00"
	if d := cmp.Diff(unhex(t, want), msgprops.MailboxStoreEntryID("SRV", "/o=L/cn=bob")); d != "" {
		t.Error(d)
	}
}

func TestPublicStoreEntryID(t *testing.T) {
	t.Parallel()
	want := "00 00 00 00 38 A1 BB 10 05 E5 10 1A A1 BB 08 00 2B 2A 56 C2 00 00 45 4D 53 4D 44 42 2E 44 4C 4C 00 00 00 00 00 00 00 00 " +
		"1C 83 02 10 AA 66 11 CD 9B C8 00 AA 00 2F C4 5A 06 00 00 00 53 52 56 00"
	if d := cmp.Diff(unhex(t, want), msgprops.PublicStoreEntryID("SRV")); d != "" {
		t.Error(d)
	}
}

func TestAddressBookEntryID(t *testing.T) {
	t.Parallel()
	e := msgprops.AddressBookEntryID{Type: mapi.DisplayMailUser, DN: "/o=L/ou=E/cn=Recipients/cn=bob"}
	if d := cmp.Diff(unhex(t, addressBob), e.Bytes()); d != "" {
		t.Error(d)
	}
	got, err := msgprops.ParseAddressBookEntryID(unhex(t, addressBob))
	if err != nil || got != e {
		t.Errorf("got %+v, %v", got, err)
	}
	for _, bad := range []string{"", oneOffAl, addressBob[:len(addressBob)-3], strings.Replace(addressBob, "82 01", "82 02", 1)} {
		if _, err := msgprops.ParseAddressBookEntryID(unhex(t, bad)); err == nil {
			t.Errorf("%q decodes", bad)
		}
	}
}

func TestOneOffEntryID(t *testing.T) {
	t.Parallel()
	e := msgprops.OneOffEntryID{DisplayName: "Al", AddressType: "SMTP", EmailAddress: "a@b", NoRichText: true}
	if d := cmp.Diff(unhex(t, oneOffAl), e.Bytes()); d != "" {
		t.Error(d)
	}
	got, err := msgprops.ParseOneOffEntryID(unhex(t, oneOffAl))
	if err != nil || got != e {
		t.Errorf("got %+v, %v", got, err)
	}
	eightBit := "00 00 00 00 81 2B 1F A4 BE A3 10 19 9D 6E 00 DD 01 0F 54 02 00 00 00 10 41 6C 00 53 4D 54 50 00 61 40 62 00"
	got, err = msgprops.ParseOneOffEntryID(unhex(t, eightBit))
	if want := (msgprops.OneOffEntryID{DisplayName: "Al", AddressType: "SMTP", EmailAddress: "a@b", NoLookup: true}); err != nil || got != want {
		t.Errorf("got %+v, %v", got, err)
	}
	if _, err := msgprops.ParseOneOffEntryID(unhex(t, addressBob)); err == nil {
		t.Error("an address book entry id decodes as a one-off")
	}
}

func TestAddressSearchKey(t *testing.T) {
	t.Parallel()
	if got := string(msgprops.AddressSearchKey("smtp", "Bob@l.test")); got != "SMTP:BOB@L.TEST\x00" {
		t.Errorf("got %q", got)
	}
}

func TestServerID(t *testing.T) {
	t.Parallel()
	folder, message := mapi.NewID(1, 0x0D), mapi.NewID(1, 0x1F04)
	want := unhex(t, "01 01 00 00 00 00 00 00 0D 01 00 00 00 00 00 1F 04 05 00 00 00")
	if d := cmp.Diff(want, msgprops.ServerID(folder, message, 5)); d != "" {
		t.Error(d)
	}
	f, m, i, ok := msgprops.ParseServerID(want)
	if f != folder || m != message || i != 5 || !ok {
		t.Errorf("got %v, %v, %d, %v", f, m, i, ok)
	}
	for _, bad := range [][]byte{nil, want[:20], append([]byte{0}, want[1:]...)} {
		if _, _, _, ok := msgprops.ParseServerID(bad); ok {
			t.Errorf("%x decodes", bad)
		}
	}
}

func TestChangeKey(t *testing.T) {
	t.Parallel()
	id := prop.LongTermID{DatabaseGUID: guid(t, replGUID), GlobalCounter: 0x2A}
	want := unhex(t, replGUID+" 00 00 00 00 00 2A")
	if d := cmp.Diff(want, msgprops.GID(id)); d != "" {
		t.Error(d)
	}
	if got, ok := msgprops.ParseGID(want); got != id || !ok {
		t.Errorf("got %+v, %v", got, ok)
	}
	if d := cmp.Diff(want, msgprops.ChangeXID(id).Bytes()); d != "" {
		t.Error(d)
	}
}

func TestPredecessorChangeList(t *testing.T) {
	t.Parallel()
	bytes := unhex(t, "16 10 11 12 13 14 15 16 17 18 19 1A 1B 1C 1D 1E 1F 00 00 00 00 00 2A 14 80 81 82 83 84 85 86 87 88 89 8A 8B 8C 8D 8E 8F 00 00 01 07")
	ours := msgprops.ChangeXID(prop.LongTermID{DatabaseGUID: guid(t, replGUID), GlobalCounter: 0x2A})
	theirs := msgprops.XID{Namespace: guid(t, "80 81 82 83 84 85 86 87 88 89 8A 8B 8C 8D 8E 8F"), LocalID: "\x00\x00\x01\x07"}
	list, err := msgprops.ParsePredecessorChangeList(bytes)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(msgprops.PredecessorChangeList{ours, theirs}, list); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(bytes, list.Bytes()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(bytes, (msgprops.PredecessorChangeList{}).With(theirs).With(ours).Bytes()); d != "" {
		t.Error("a list made in another order:", d)
	}
	for n := 1; n < len(bytes); n++ {
		if _, err := msgprops.ParsePredecessorChangeList(bytes[:n]); (err == nil) != (n == 23) {
			t.Errorf("prefix of %d bytes: %v", n, err)
		}
	}
}

func TestPredecessorChangeListMerge(t *testing.T) {
	t.Parallel()
	xid := func(namespace byte, n byte) msgprops.XID {
		return msgprops.XID{Namespace: mapi.GUID{namespace}, LocalID: string([]byte{0, 0, 0, n})}
	}
	a := msgprops.PredecessorChangeList{xid(1, 5), xid(2, 1)}
	b := msgprops.PredecessorChangeList{xid(1, 4), xid(3, 9)}
	merged := a.Merge(b)
	if d := cmp.Diff(msgprops.PredecessorChangeList{xid(1, 5), xid(2, 1), xid(3, 9)}, merged); d != "" {
		t.Error(d)
	}
	if a.Includes(b) || b.Includes(a) {
		t.Error("versions in conflict include each other")
	}
	if !merged.Includes(a) || !merged.Includes(b) || !a.Includes(nil) {
		t.Error("a merged version does not include its parts")
	}
	if a[0] != xid(1, 5) || len(a) != 2 {
		t.Error("merging changed a list")
	}
}

func TestPersistData(t *testing.T) {
	t.Parallel()
	bytes := unhex(t, "01 80 32 00 01 00 2E 00 "+folder46+" 00 00 00 00")
	want := []msgprops.PersistData{{PersistID: msgprops.PersistRSSFeeds, EntryID: unhex(t, folder46)}}
	if d := cmp.Diff(bytes, msgprops.EncodePersistData(want)); d != "" {
		t.Error(d)
	}
	for _, c := range []struct{ name, bytes string }{
		{"AsWritten", "01 80 32 00 01 00 2E 00 " + folder46 + " 00 00 00 00"},
		{"NoSentinel", "01 80 32 00 01 00 2E 00 " + folder46},
		{"ElementSentinel", "01 80 36 00 01 00 2E 00 " + folder46 + " 00 00 00 00 00 00 00 00"},
		{"HeaderElementAndUnknownBlock", "77 80 02 00 AA BB 01 80 3A 00 02 00 04 00 00 00 00 00 01 00 2E 00 " + folder46 + " 00 00 00 00"},
	} {
		got, err := msgprops.ParsePersistData(unhex(t, c.bytes))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", c.name, d)
		}
	}
	if _, err := msgprops.ParsePersistData(bytes[:20]); err == nil {
		t.Error("a list cut short decodes")
	}
}

func FuzzEntryIDs(f *testing.F) {
	for _, s := range []string{folder46, message70, addressBob, oneOffAl} {
		f.Add(unhex(f, s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if e, err := msgprops.ParseFolderEntryID(b); err == nil {
			if again, err := msgprops.ParseFolderEntryID(e.Bytes()); err != nil || again != e {
				t.Fatalf("%+v became %+v, %v", e, again, err)
			}
		}
		if e, err := msgprops.ParseMessageEntryID(b); err == nil {
			if again, err := msgprops.ParseMessageEntryID(e.Bytes()); err != nil || again != e {
				t.Fatalf("%+v became %+v, %v", e, again, err)
			}
		}
		if e, err := msgprops.ParseAddressBookEntryID(b); err == nil {
			if again, err := msgprops.ParseAddressBookEntryID(e.Bytes()); err != nil || again != e {
				t.Fatalf("%+v became %+v, %v", e, again, err)
			}
		}
		if e, err := msgprops.ParseOneOffEntryID(b); err == nil && len(e.Bytes()) < 28 {
			t.Fatalf("%+v has %d bytes", e, len(e.Bytes()))
		}
	})
}

func FuzzLists(f *testing.F) {
	f.Add(unhex(f, "16 "+replGUID+" 00 00 00 00 00 2A"))
	f.Add(unhex(f, "01 80 32 00 01 00 2E 00 "+folder46+" 00 00 00 00"))
	f.Fuzz(func(t *testing.T, b []byte) {
		if l, err := msgprops.ParsePredecessorChangeList(b); err == nil {
			again, err := msgprops.ParsePredecessorChangeList(l.Bytes())
			if err != nil || !cmp.Equal(l, again) || !l.Includes(again) || len(l.Bytes()) > len(b) {
				t.Fatalf("%+v became %+v, %v", l, again, err)
			}
		}
		if l, err := msgprops.ParsePersistData(b); err == nil {
			again, err := msgprops.ParsePersistData(msgprops.EncodePersistData(l))
			if err != nil || !cmp.Equal(l, again) {
				t.Fatalf("%+v became %+v, %v", l, again, err)
			}
		}
	})
}
