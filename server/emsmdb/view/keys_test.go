package view

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

// TestCodePacksAnyBytes packs texts by codes made of other texts.
func TestCodePacksAnyBytes(t *testing.T) {
	t.Parallel()
	all := make([]byte, 256)
	for i := range all {
		all[i] = byte(i)
	}
	for name, sample := range map[string]string{
		"Text": strings.Repeat("an ordinary sentence, ", 100), "OneByte": strings.Repeat("x", 1<<20), "AllBytes": string(all), "Nothing": "",
	} {
		var count [256]int
		for i := range len(sample) {
			count[sample[i]]++
		}
		c := codeOf(count, len(sample))
		for _, s := range []string{"", "a", string(all), strings.Repeat(string(all[200:]), 9), sample[:min(len(sample), 500)]} {
			packed := c.pack(nil, s)
			// What stands behind belongs to the next key.
			got, used := c.unpack([]byte("before"), string(packed)+"\xFF\x00\xFF", len(s))
			if string(got) != "before"+s || used != len(packed) {
				t.Errorf("%s: %q has %d bytes, read %d: %q", name, s, len(packed), used, got)
			}
		}
	}
}

func FuzzKeyList(f *testing.F) {
	f.Add("a\x00b\x00ab", "a", true)
	f.Add("", "", false)
	f.Add(strings.Repeat("key that repeats ", 30), "key", true)
	f.Fuzz(func(t *testing.T, text, want string, coded bool) {
		keys := strings.Split(text, "\x00")
		slices.Sort(keys)
		keys = slices.Compact(keys)
		var p keyPacker
		if coded {
			var count [256]int
			for i := range len(want) {
				count[want[i]]++
			}
			p.code = codeOf(count, len(want))
		}
		for _, k := range keys {
			p.add(k)
		}
		l := p.list()
		for i, k := range keys {
			if got := l.reader(i).key; string(got) != k {
				t.Fatalf("key %d is %q, want %q", i, got, k)
			}
		}
		for _, k := range append(keys, want) {
			at, found := slices.BinarySearch(keys, k)
			if n, ok := l.search(k); n != at || ok != found {
				t.Fatalf("%q at %d, %v, want %d, %v", k, n, ok, at, found)
			}
		}
	})
}

// TestKeysOfSubjects holds the packing of keys of text against the keys.
func TestKeysOfSubjects(t *testing.T) {
	t.Parallel()
	keys := subjects(5000)
	slices.Sort(keys)
	keys = slices.Compact(keys)
	entries := make([]Entry, len(keys))
	for i, k := range keys {
		entries[i] = Entry{Key: k, ID: 1}
	}
	c := newCode(entries)
	if c == nil {
		t.Fatal("no code")
	}
	p := keyPacker{code: c}
	for _, k := range keys {
		p.add(k)
	}
	l := p.list()
	r := l.reader(0)
	for i, k := range keys {
		if i > 0 {
			r.next()
		}
		if string(r.key) != k {
			t.Fatalf("key %d is %q, want %q", i, r.key, k)
		}
	}
	for range 1000 {
		i := rand.IntN(len(keys))
		if n, ok := l.search(keys[i]); n != i || !ok {
			t.Fatalf("key %d at %d, %v", i, n, ok)
		}
	}
}
