package store_test

import (
	"slices"
	"testing"

	"github.com/mapid/mapid/store"
)

func TestSnapshotFinds(t *testing.T) {
	t.Parallel()
	s := store.NewSnapshot(7, []store.Entry{
		{MId: 0x10, Name: "Alice", DN: "/o=x/cn=Alice", Mail: "alice@x.test", Aliases: []string{"bob@x.test", "a@x.test"}},
		{MId: 0x12, Name: "bob", DN: "/o=x/cn=bob", Mail: "Bob@x.test"},
		{MId: 0x13, Name: "nomail", DN: "/o=x/cn=nomail"},
	})
	for name, c := range map[string]struct {
		got  *store.Entry
		want string
	}{
		"ByName":                    {s.ByName("aLICE"), "Alice"},
		"ByNameMissing":             {s.ByName("carol"), ""},
		"ByDN":                      {s.ByDN("/O=X/CN=BOB"), "bob"},
		"ByDNMissing":               {s.ByDN("/o=x"), ""},
		"ByMId":                     {s.ByMId(0x13), "nomail"},
		"ByMIdMissing":              {s.ByMId(0x11), ""},
		"ByMail":                    {s.ByMail("ALICE@X.TEST"), "Alice"},
		"ByMailAlias":               {s.ByMail("A@x.test"), "Alice"},
		"ByMailPrimaryBeforeAlias":  {s.ByMail("bob@x.test"), "bob"},
		"ByMailOfNobodyWithoutMail": {s.ByMail(""), ""},
	} {
		switch {
		case c.got == nil && c.want != "":
			t.Errorf("%s: nothing, want %s", name, c.want)
		case c.got != nil && c.got.Name != c.want:
			t.Errorf("%s: %s, want %q", name, c.got.Name, c.want)
		}
	}
	if s.Version != 7 || len(s.Entries) != 3 {
		t.Errorf("version %d with %d entries", s.Version, len(s.Entries))
	}
}

func TestFeedKeepsOrderAndLeavesOut(t *testing.T) {
	t.Parallel()
	var f store.Feed
	var a, b []store.FolderID
	var order []int
	for i := range 3 {
		defer f.Subscribe(func([]store.Change) { order = append(order, i) })()
	}
	add := func(list *[]store.FolderID) func([]store.Change) {
		return func(changes []store.Change) {
			for _, c := range changes {
				*list = append(*list, c.Folder)
			}
		}
	}
	f.Publish([]store.Change{{Folder: 1}}) // neither listens
	if !slices.Equal(order, []int{0, 1, 2}) {
		t.Errorf("subscribers were told in the order %v", order)
	}
	cancelA := f.Subscribe(add(&a))
	f.Publish([]store.Change{{Folder: 2}, {Folder: 3}})
	cancelB := f.Subscribe(add(&b))
	f.Publish(nil)
	f.Publish([]store.Change{{Folder: 4}})
	cancelA()
	cancelA()
	f.Publish([]store.Change{{Folder: 5}})
	cancelB()
	f.Publish([]store.Change{{Folder: 6}})
	if len(a) != 3 || a[0] != 2 || a[1] != 3 || a[2] != 4 {
		t.Errorf("the first was told of %v", a)
	}
	if len(b) != 2 || b[0] != 4 || b[1] != 5 {
		t.Errorf("the second was told of %v", b)
	}
}
