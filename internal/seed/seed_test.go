package seed_test

import (
	"testing"
	"time"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/seed"
	"github.com/mapid/mapid/store"
	"github.com/mapid/mapid/store/sqlite"
)

var organization = seed.Organization{Name: "mapid", AdminGroup: "First Administrative Group", Domain: "mapid.test"}

func TestDemo(t *testing.T) {
	t.Parallel()
	s, err := sqlite.Open(t.Context(), sqlite.Options{Path: sqlite.Memory})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	t0 := time.Now()
	demo := seed.Demo()
	t.Log("parse", time.Since(t0))
	t0 = time.Now()
	if err := seed.Apply(t.Context(), s, s, demo, seed.Options{Organization: organization}); err != nil {
		t.Fatal(err)
	}
	t.Log("apply", time.Since(t0))
	t0 = time.Now()
	if err := seed.Reset(t.Context(), s, demo, seed.Options{Organization: organization}); err != nil {
		t.Fatal(err)
	}
	t.Log("reset", time.Since(t0))
	if err := s.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	n := 0
	err = s.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := r.MailboxOf("alice")
		if err != nil {
			return err
		}
		return r.Scan(store.Selection{Folder: m.Special[store.SpecialInbox]}, []mapi.PropTag{mapi.TagSubject, mapi.TagSentRepresentingName}, func(id store.MessageID, v []prop.Value) error {
			n++
			t.Log(id, v[0].Str(), "-", v[1].Str())
			return nil
		})
	})
	if err != nil || n < 25 {
		t.Fatal(n, err)
	}
}
