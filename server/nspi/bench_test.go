package nspi

import (
	"fmt"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/ndr"
	"github.com/mapid/mapid/store"
)

// manyEntries is a directory of n users.
func manyEntries(n int) []store.Entry {
	entries := make([]store.Entry, n)
	for i := range entries {
		name := fmt.Sprintf("user%05d", i)
		entries[i] = store.Entry{
			MId: 0x10 + uint32(i), Kind: store.UserEntry, Name: name, DN: recipients + name, Mail: name + "@mapid.test",
			DisplayName: fmt.Sprintf("%s%d Person %d", string(rune('A'+i%26)), i*7919%n, i),
			Attributes:  map[string][]string{"title": {"Engineer"}, "office": {fmt.Sprint(i % 100)}, "department": {"R&D"}},
		}
	}
	return entries
}

const manyUsers = 10_000

// BenchmarkUpdateStat moves in a table of 10,000 rows.
func BenchmarkUpdateStat(b *testing.B) {
	s := newTestWith(b, manyEntries(manyUsers))
	q := UpdateStatRequest{Stat: stat1252()}
	q.Stat.CurrentRec, q.Stat.Delta = 0x10+manyUsers/2, -50
	for b.Loop() {
		if _, err := s.UpdateStat(b.Context(), as("user00001"), &q); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkQueryRows reads 50 rows out of 10,000 and encodes them.
func BenchmarkQueryRows(b *testing.B) {
	s := newTestWith(b, manyEntries(manyUsers))
	q := QueryRowsRequest{Stat: stat1252(), Count: 50, Columns: []mapi.PropTag{
		mapi.TagDisplayName, mapi.TagEmailAddress, mapi.TagSmtpAddress, mapi.TagTitle, mapi.TagDepartmentName,
		mapi.TagOfficeLocation, mapi.TagEntryId, mapi.TagInstanceKey, mapi.TagObjectType, mapi.TagDisplayType,
	}}
	q.Stat.CurrentRec = 0x10 + manyUsers/2
	for b.Loop() {
		a, err := s.QueryRows(b.Context(), as("user00001"), &q)
		if err != nil {
			b.Fatal(err)
		}
		var w ndr.Writer
		a.Encode(&w)
	}
}

// BenchmarkResolveNames resolves one alias among 10,000.
func BenchmarkResolveNames(b *testing.B) {
	s := newTestWith(b, manyEntries(manyUsers))
	q := ResolveNamesWRequest{Stat: stat1252(), Names: []string{"user04711"}}
	for b.Loop() {
		if a, err := s.ResolveNamesW(b.Context(), as("user00001"), &q); err != nil || a.MIds[0] != MidResolved {
			b.Fatal(a, err)
		}
	}
}

// BenchmarkGetMatches tries a filter on 10,000 rows.
func BenchmarkGetMatches(b *testing.B) {
	s := newTestWith(b, manyEntries(manyUsers))
	q := GetMatchesRequest{Stat: stat1252(), Filter: contains(2|0x10000, mapi.TagDisplayName, "a47"), Requested: manyUsers}
	for b.Loop() {
		if _, err := s.GetMatches(b.Context(), as("user00001"), &q); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkFirstQuery builds the table of 10,000 rows, as the first call after a change of the directory does.
func BenchmarkFirstQuery(b *testing.B) {
	entries := manyEntries(manyUsers)
	q := UpdateStatRequest{Stat: stat1252()}
	for b.Loop() {
		s := newTestWith(b, entries)
		if _, err := s.UpdateStat(b.Context(), as("user00001"), &q); err != nil {
			b.Fatal(err)
		}
	}
}
