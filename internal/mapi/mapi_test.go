package mapi_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
)

// The numbers are those printed in [MS-OXCPERM] 2.2.7 and by clients.
func TestRolesAreTheRightsClientsShow(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name      string
		got, want uint32
	}{
		{"Owner", mapi.RoleOwner, 0x5FB},
		{"PublishingEditor", mapi.RolePublishingEditor, 0x4FB},
		{"Editor", mapi.RoleEditor, 0x47B},
		{"PublishingAuthor", mapi.RolePublishingAuthor, 0x49B},
		{"Author", mapi.RoleAuthor, 0x41B},
		{"NonEditingAuthor", mapi.RoleNonEditingAuthor, 0x413},
		{"Reviewer", mapi.RoleReviewer, 0x401},
		{"Contributor", mapi.RoleContributor, 0x402},
	} {
		if c.got != c.want {
			t.Errorf("%s = %X, want %X", c.name, c.got, c.want)
		}
	}
}

func TestFolderName(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, english string
		lcid          uint32
		want          string
	}{
		{"English", "Inbox", 0x0409, "Inbox"},
		{"German", "Inbox", 0x0407, "Posteingang"},
		{"SwissGerman", "Inbox", 0x0807, "Posteingang"},
		{"French", "Inbox", 0x040C, "Boîte de réception"},
		{"SpanishModern", "Inbox", 0x0C0A, "Bandeja de entrada"},
		{"Japanese", "Inbox", 0x0411, "受信トレイ"},
		{"Russian", "Inbox", 0x0419, "Входящие"},
		{"NoTranslation", "Inbox", 0x0415, "Inbox"},
		{"HiddenFolder", "Common Views", 0x0407, "Common Views"},
	} {
		if got := mapi.FolderName(c.lcid, c.english); got != c.want {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
	}
}

func TestIDBytes(t *testing.T) {
	t.Parallel()
	id := mapi.NewID(1, 0x0D)
	if uint64(id) != 0x0D00000000000001 || id.String() != "0001-00000000000D" {
		t.Errorf("got %016X, %s", uint64(id), id)
	}
	if id.ReplID() != 1 || id.Counter() != 0x0D || id.GlobalCounter() != [6]byte{5: 0x0D} {
		t.Errorf("got replica %d, counter %d, bytes %x", id.ReplID(), id.Counter(), id.GlobalCounter())
	}
}

func TestPropertySetBytes(t *testing.T) {
	t.Parallel()
	if want := (mapi.GUID{0x08, 0x20, 0x06, 8: 0xC0, 15: 0x46}); mapi.PsetidCommon != want {
		t.Errorf("PSETID_Common is %x, want %x", mapi.PsetidCommon[:], want[:])
	}
}

func TestLocaleOf(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		lcid uint32
		want mapi.Locale
		ok   bool
	}{
		{"American", 0x0409, mapi.Locale{LCID: 0x0409, Tag: "en-US", CodePage: 1252}, true},
		{"SortIdentifierDoesNotCount", 0x00010407, mapi.Locale{LCID: 0x0407, Tag: "de-DE", CodePage: 1252}, true},
		{"Russian", 0x0419, mapi.Locale{LCID: 0x0419, Tag: "ru-RU", CodePage: 1251}, true},
		{"Japanese", 0x0411, mapi.Locale{LCID: 0x0411, Tag: "ja-JP", CodePage: 932}, true},
		{"UnknownSublanguage", 0x7C0C, mapi.Locale{LCID: 0x040C, Tag: "fr-FR", CodePage: 1252}, true},
		{"UnknownLanguage", 0x04FF, mapi.Locale{}, false},
		{"Zero", 0, mapi.Locale{}, false},
	} {
		if got, ok := mapi.LocaleOf(c.lcid); got != c.want || ok != c.ok {
			t.Errorf("%s: got %+v, %v", c.name, got, ok)
		}
	}
}
