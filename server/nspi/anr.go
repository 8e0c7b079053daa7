package nspi

import (
	"slices"
	"sort"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"github.com/mapid/mapid/store"
)

// anrIndex resolves names people type, [MS-OXNSPI] 3.1.4.7 (the algorithm is the server's choice).
//
// "=x" means the alias or address x and nothing else, an address means who has it, a DN the object of that name.
// Anything else means everybody of whom some name begins with it: display name and each of its words, given name,
// surname, alias, office, address. Two words may also be given name and surname in either order.
type anrIndex struct {
	snap   *store.Snapshot
	former map[string]uint32 // MIds by former DN in lower case
	tokens []anrToken        // sorted by text
	names  map[string][]uint32
}

type anrToken struct {
	text string
	mid  uint32
}

func newANRIndex(snap *store.Snapshot, former map[string]uint32) *anrIndex {
	x := &anrIndex{snap: snap, former: former, names: make(map[string][]uint32, len(snap.Entries))}
	for i := range snap.Entries {
		e := &snap.Entries[i]
		if !listed(e) {
			continue
		}
		display := fold(e.DisplayName)
		x.names[display] = append(x.names[display], e.MId)
		if a := fold(e.Name); a != display {
			x.names[a] = append(x.names[a], e.MId)
		}
		x.add(e.MId, suffixes(display)...)
		for _, name := range []string{"given_name", "surname", "office", "phonetic_display_name"} {
			x.add(e.MId, fold(first(e.Attributes[name])))
		}
		given, surname := fold(first(e.Attributes["given_name"])), fold(first(e.Attributes["surname"]))
		if given != "" && surname != "" {
			x.add(e.MId, given+" "+surname, surname+" "+given)
		}
		x.add(e.MId, fold(e.Name), fold(e.Mail))
		for _, m := range e.Aliases {
			x.add(e.MId, fold(m))
		}
	}
	slices.SortFunc(x.tokens, func(a, b anrToken) int { return strings.Compare(a.text, b.text) })
	return x
}

func (x *anrIndex) add(mid uint32, texts ...string) {
	for _, t := range texts {
		if t != "" {
			x.tokens = append(x.tokens, anrToken{t, mid})
		}
	}
}

// suffixes returns the whole of a name and what begins at each later word.
func suffixes(name string) []string {
	out := []string{name}
	for i := range len(name) {
		if name[i] == ' ' {
			out = append(out, name[i+1:])
		}
	}
	return out
}

// candidates returns the MIds of everybody text can mean, in no order and without repeats. Hidden entries are never
// among them.
func (x *anrIndex) candidates(text string) []uint32 {
	if mids, exact := x.exact(text); exact {
		return mids
	}
	query := fold(text)
	if query == "" {
		return nil
	}
	mids := x.prefix(query)
	if parts := strings.SplitN(query, " ", 2); len(parts) == 2 {
		mids = append(mids, x.bothWords(parts[0], parts[1])...)
	}
	slices.Sort(mids)
	return slices.Compact(mids)
}

// resolve returns the MIds text stands for: those whose display name or alias it is, or else all candidates.
func (x *anrIndex) resolve(text string) []uint32 {
	if mids, exact := x.exact(text); exact {
		return mids
	}
	if mids := x.names[fold(text)]; len(mids) > 0 {
		return mids
	}
	return x.candidates(text)
}

// exact answers the forms that name one object; ok is false for other text.
func (x *anrIndex) exact(text string) (mids []uint32, ok bool) {
	text = strings.TrimSpace(text)
	whole := strings.HasPrefix(text, "=")
	text = strings.TrimSpace(strings.TrimPrefix(text, "="))
	var e *store.Entry
	switch kind, rest, typed := strings.Cut(text, ":"); {
	case typed && strings.EqualFold(kind, "SMTP"):
		e, ok = x.snap.ByMail(rest), true
	case typed && (strings.EqualFold(kind, "EX") || strings.EqualFold(kind, "X500")):
		e, ok = x.byDN(rest), true
	case strings.HasPrefix(strings.ToLower(text), "/o="):
		e, ok = x.byDN(text), true
	case whole:
		if e, ok = x.snap.ByName(text), true; e == nil {
			e = x.snap.ByMail(text)
		}
	default:
		e = x.snap.ByMail(text)
		ok = e != nil
	}
	if e == nil || !listed(e) {
		return nil, ok
	}
	return []uint32{e.MId}, ok
}

// byDN finds an entry by the DN it has or had.
func (x *anrIndex) byDN(dn string) *store.Entry {
	if e := x.snap.ByDN(dn); e != nil {
		return e
	}
	return x.snap.ByMId(x.former[strings.ToLower(dn)])
}

// prefix returns the MIds of all tokens that begin with query.
func (x *anrIndex) prefix(query string) []uint32 {
	var mids []uint32
	i := sort.Search(len(x.tokens), func(i int) bool { return x.tokens[i].text >= query })
	for ; i < len(x.tokens) && strings.HasPrefix(x.tokens[i].text, query); i++ {
		mids = append(mids, x.tokens[i].mid)
	}
	return mids
}

// bothWords returns the MIds of entries with words that begin with a and with b.
func (x *anrIndex) bothWords(a, b string) []uint32 {
	left := x.prefix(a)
	slices.Sort(left)
	var both []uint32
	for _, mid := range x.prefix(b) {
		if _, ok := slices.BinarySearch(left, mid); ok {
			both = append(both, mid)
		}
	}
	return both
}

// fold brings names into the form they are compared in: lower case, without accents, words apart by one space,
// commas dropped.
func fold(s string) string {
	var b strings.Builder
	space := false
	for _, c := range norm.NFKD.String(s) {
		switch {
		case isMark(c):
		case unicode.IsSpace(c) || c == ',':
			space = b.Len() > 0
		default:
			if space {
				b.WriteByte(' ')
				space = false
			}
			b.WriteRune(unicode.ToLower(c))
		}
	}
	return b.String()
}

func isMark(c rune) bool { return unicode.Is(unicode.Mn, c) }
