package nspi

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
)

func isAnr(text string) prop.Restriction {
	return prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagAnr, Value: tagged(mapi.TagAnr, prop.String(text))}
}

func compare(op prop.RelOp, tag mapi.PropTag, v prop.Value) prop.Restriction {
	return prop.PropertyRestriction{RelOp: op, Tag: tag, Value: tagged(tag.WithType(v.Type()), v)}
}

func contains(level prop.FuzzyLevel, tag mapi.PropTag, text string) prop.Restriction {
	return prop.ContentRestriction{Fuzzy: level, Tag: tag, Value: tagged(tag, prop.String(text))}
}

func TestGetMatchesFilter(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	type and = prop.AndRestriction
	type or = prop.OrRestriction
	type not = prop.NotRestriction
	parts := func(rs ...prop.Restriction) []prop.Restriction { return rs }
	deep := prop.Restriction(prop.ExistRestriction{Tag: mapi.TagDisplayName})
	for range maxFilterNodes {
		deep = not{Part: deep}
	}
	for _, tt := range []struct {
		name    string
		filter  prop.Restriction
		want    []uint32
		refused mapi.ErrorCode
	}{
		{"Anr", isAnr("alice"), []uint32{midAlice}, 0},
		{"AnrOfMany", isAnr("a"), []uint32{midAlice, midFolder, midBob}, 0},
		{"AnrOfHidden", isAnr("ghost"), []uint32{}, 0},
		{"Anr8Bit", compare(prop.RelOpEQ, mapi.TagAnr.WithType(mapi.PtypString8), prop.String8("m\xfcller")), []uint32{midEmil}, 0},
		{"AnrInside", and{Parts: parts(isAnr("a"), compare(prop.RelOpEQ, mapi.TagDisplayType, prop.Int32(2)))}, []uint32{midFolder}, 0},
		{"NotAnr", not{Part: isAnr("a")}, inOrder[3:], 0},
		{"Equal", compare(prop.RelOpEQ, mapi.TagDisplayName, prop.String("bob brown")), []uint32{midBob}, 0},
		{"EqualString8", compare(prop.RelOpEQ, 0x3001001E, prop.String8("CAROL \xc7ELIK")), []uint32{midCarol}, 0},
		{"Unequal", compare(prop.RelOpNE, mapi.TagDisplayType, prop.Int32(0)), []uint32{midFolder, midEveryone, midOutside, midTeam}, 0},
		{"Below", compare(prop.RelOpLT, mapi.TagDisplayName, prop.String("bob brown")), inOrder[:2], 0},
		{"AtMost", compare(prop.RelOpLE, mapi.TagDisplayName, prop.String("bob brown")), inOrder[:3], 0},
		{"Above", compare(prop.RelOpGT, mapi.TagDisplayName, prop.String("room 12")), inOrder[8:], 0},
		{"AtLeast", compare(prop.RelOpGE, mapi.TagDisplayName, prop.String("room 12")), inOrder[7:], 0},
		{"AnyProxyAddress", compare(prop.RelOpEQ, 0x800F001F, prop.String("SMTP:A.ADAMS@mapid.test")), []uint32{midAlice}, 0},
		{"Prefix", contains(prop.FuzzyPrefix|prop.FuzzyIgnoreCase, mapi.TagDisplayName, "EM"), []uint32{midEmil}, 0},
		{"PrefixInCase", contains(prop.FuzzyPrefix, mapi.TagDisplayName, "EM"), []uint32{}, 0},
		{"Substring", contains(prop.FuzzySubstring, mapi.TagDisplayName, "o"), []uint32{midFolder, midBob, midCarol, midEveryone, midOutside, midRoom}, 0},
		{"Whole", contains(prop.FuzzyFullString|prop.FuzzyLoose, mapi.TagDisplayName, "carol celik"), []uint32{midCarol}, 0},
		{"Exists", prop.ExistRestriction{Tag: mapi.TagTitle}, []uint32{midAlice}, 0},
		{"Or", or{Parts: parts(compare(prop.RelOpEQ, mapi.TagAccount, prop.String("bob")), compare(prop.RelOpEQ, mapi.TagAccount, prop.String("team")))}, []uint32{midBob, midTeam}, 0},
		{"EmptyAnd", and{}, inOrder, 0},
		{"EmptyOr", or{}, []uint32{}, 0},
		{"BitMask", prop.BitMaskRestriction{RelOp: prop.BitsNotEqualZero, Tag: mapi.TagDisplayType, Mask: 1}, []uint32{midEveryone, midTeam}, 0},
		{"CompareProps", prop.ComparePropsRestriction{RelOp: prop.RelOpEQ, Tag1: mapi.TagDisplayName, Tag2: mapi.TagAccount}, []uint32{midFolder, midEveryone}, 0},
		{"Size", prop.SizeRestriction{RelOp: prop.RelOpGT, Tag: mapi.TagThumbnailPhoto, Size: 1}, []uint32{}, 0},
		{"AnrBelow", prop.PropertyRestriction{RelOp: prop.RelOpLT, Tag: mapi.TagAnr, Value: tagged(mapi.TagAnr, prop.String("a"))}, nil, mapi.ErrTooComplex},
		{"SubObject", prop.SubObjectRestriction{SubObject: 0x0E12000D, Part: and{}}, nil, mapi.ErrTooComplex},
		{"UnknownOperator", compare(0x64, mapi.TagDisplayName, prop.String("a")), nil, mapi.ErrTooComplex},
		{"UnknownFuzzyLevel", contains(3, mapi.TagDisplayName, "a"), nil, mapi.ErrTooComplex},
		{"TooManyParts", deep, nil, mapi.ErrTooComplex},
		{"ManyNames", or{Parts: slices.Repeat(parts(isAnr("bob")), maxFilterNames)}, []uint32{midBob}, 0},
		{"TooManyNames", or{Parts: slices.Repeat(parts(isAnr("bob")), maxFilterNames+1)}, nil, mapi.ErrTooComplex},
		{"TooManyNameContents", or{Parts: slices.Repeat(parts(contains(prop.FuzzyPrefix, mapi.TagAnr, "bob")), maxFilterNames+1)}, nil, mapi.ErrTooComplex},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q := GetMatchesRequest{Stat: stat1252(), Filter: tt.filter, Requested: 100, Columns: []mapi.PropTag{mapi.TagInstanceKey, mapi.TagEntryId}}
			q.Stat.CurrentRec, q.Stat.NumPos, q.Stat.Delta = 0x1234, 7, 3
			a, err := s.GetMatches(t.Context(), as("alice"), &q)
			if code := codeOf(t, err); code != tt.refused {
				t.Fatalf("code %v, want %v", code, tt.refused)
			}
			if err != nil {
				return
			}
			if diff := cmp.Diff(tt.want, a.MIds); diff != "" {
				t.Errorf("MIds (-want +got):\n%s", diff)
			}
			if got := rowMIds(t, a.Rows); !slices.Equal(got, a.MIds) {
				t.Errorf("rows of %x for %x", got, a.MIds)
			}
			want := q.Stat
			want.ContainerID = q.Stat.CurrentRec
			if a.Stat != want {
				t.Errorf("stat %+v, want %+v", a.Stat, want)
			}
			for i, row := range a.Rows {
				if id := cell(t, row, mapi.TagEntryId).Str(); id[0] != entryIDEphemeral {
					t.Errorf("row %d has a permanent entry id", i)
				}
			}
		})
	}
}

func TestPitfall24GetMatchesKeepsToRequestedAndRefusesWhole(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for _, tt := range []struct {
		name   string
		change func(*GetMatchesRequest)
		want   mapi.ErrorCode
	}{
		{"MoreThanRequested", func(q *GetMatchesRequest) { q.Requested = 2 }, mapi.ErrTableTooBig},
		{"AsManyAsRequested", func(q *GetMatchesRequest) { q.Requested = 3 }, mapi.Success},
		{"Reserved1", func(q *GetMatchesRequest) { q.Reserved1 = 1 }, mapi.ErrInvalidParameter},
		{"Reserved2IsIgnored", func(q *GetMatchesRequest) { q.Reserved2, q.ReservedTags = 1, []uint32{1} }, mapi.Success},
		{"UnknownContainer", func(q *GetMatchesRequest) { q.Stat.ContainerID = 7 }, mapi.ErrInvalidBookmark},
		{"SortOfReferences", func(q *GetMatchesRequest) { q.Stat.SortType = SortDisplayNameRO }, mapi.ErrGeneralFailure},
		{"PhoneticSort", func(q *GetMatchesRequest) { q.Stat.SortType = SortPhoneticDisplayName }, mapi.Success},
		{"UnicodeCodePage", func(q *GetMatchesRequest) { q.Stat.CodePage = 1200 }, mapi.ErrInvalidCodepage},
	} {
		q := GetMatchesRequest{Stat: stat1252(), Filter: isAnr("a"), Requested: 100}
		tt.change(&q)
		a, err := s.GetMatches(t.Context(), as("alice"), &q)
		if code := codeOf(t, err); code != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, code, tt.want)
		}
		if err == nil && a.Rows != nil {
			t.Errorf("%s: rows without columns", tt.name)
		}
		if r := q.Refuse(tt.want); r.Stat != q.Stat || r.MIds != nil || r.Rows != nil {
			t.Errorf("%s: refusal %+v", tt.name, r)
		}
	}
}

func TestGetMatchesContainer(t *testing.T) {
	t.Parallel()
	q := GetMatchesRequest{Stat: stat1252(), Filter: isAnr("e"), Requested: 100}
	q.Stat.ContainerID = midContainers + 2
	a, err := newTest(t).GetMatches(t.Context(), as("alice"), &q)
	if err != nil || !slices.Equal(a.MIds, []uint32{midEveryone}) {
		t.Errorf("GetMatches = %+v, %v", a, err)
	}
}

func TestGetMatchesReferences(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for _, tt := range []struct {
		name    string
		who     string
		mid     uint32
		tag     mapi.PropTag
		sort    uint32
		want    []uint32
		refused mapi.ErrorCode
	}{
		{"Members", "carol", midTeam, mapi.TagAddressBookMember, SortDisplayNameRO, []uint32{midAlice, midBob, midCarol}, 0},
		{"MembersAsTable", "carol", midTeam, mapi.TagAddressBookMember, SortDisplayName, []uint32{midAlice, midBob, midCarol}, 0},
		{"MembersOfDynamicList", "carol", midEveryone, mapi.TagAddressBookMember, SortDisplayNameRO, []uint32{}, 0},
		{"Owner", "carol", midTeam, mapi.TagAddressBookOwner, SortDisplayNameRO, []uint32{midAlice}, 0},
		{"Manager", "carol", midAlice, mapi.TagAddressBookManager, SortDisplayNameRO, []uint32{midBob}, 0},
		{"Reports", "carol", midBob, mapi.TagAddressBookReports, SortDisplayNameRO, []uint32{midAlice}, 0},
		{"MemberOf", "carol", midBob, mapi.TagAddressBookIsMemberOfDistributionList, SortDisplayNameRO, []uint32{midTeam}, 0},
		{"Owned", "carol", midAlice, mapi.TagAddressBookOwnerBackLink, SortDisplayNameRO, []uint32{midTeam}, 0},
		{"Delegates", "carol", midAlice, mapi.TagAddressBookPublicDelegates, SortDisplayNameRO, []uint32{midCarol}, 0},
		{"EditByOwner", "alice", midTeam, mapi.TagAddressBookMember, SortDisplayNameW, []uint32{midAlice, midBob, midCarol}, 0},
		{"EditByAdministrator", "bob", midTeam, mapi.TagAddressBookMember, SortDisplayNameW, []uint32{midAlice, midBob, midCarol}, 0},
		{"EditByOther", "carol", midTeam, mapi.TagAddressBookMember, SortDisplayNameW, nil, mapi.ErrNoSupport},
		{"EditOfFixed", "bob", midAlice, mapi.TagAddressBookManager, SortDisplayNameW, nil, mapi.ErrNoSupport},
		{"NoReference", "carol", midAlice, mapi.TagDisplayName, SortDisplayNameRO, nil, mapi.ErrNoSupport},
		{"NoObject", "carol", 0x999, mapi.TagAddressBookMember, SortDisplayNameRO, nil, mapi.ErrGeneralFailure},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			named := GetMatchesRequest{Stat: stat1252(), PropName: &PropName{ID: int32(tt.tag)}, Requested: 10}
			named.Stat.CurrentRec, named.Stat.SortType, named.Stat.ContainerID = tt.mid, tt.sort, 0x777
			byContainer := named
			byContainer.PropName, byContainer.Stat.ContainerID = nil, uint32(tt.tag)
			for _, q := range []GetMatchesRequest{named, byContainer} {
				a, err := s.GetMatches(t.Context(), as(tt.who), &q)
				if code := codeOf(t, err); code != tt.refused {
					t.Fatalf("code %v, want %v", code, tt.refused)
				}
				if err == nil && (!slices.Equal(a.MIds, tt.want) || a.Stat.ContainerID != tt.mid) {
					t.Errorf("%x in container %x, want %x", a.MIds, a.Stat.ContainerID, tt.want)
				}
			}
		})
	}
}

func TestResolveNames(t *testing.T) {
	t.Parallel()
	entries := testEntries()
	entries[1].Attributes["surname"], entries[1].Attributes["given_name"] = []string{"Brown"}, []string{"Robert"}
	s := newTestWith(t, entries)
	for name, want := range map[string]uint32{
		"":                                       MidUnresolved,
		"  ":                                     MidUnresolved,
		"alice":                                  MidResolved,
		"ALICE":                                  MidResolved,
		"Alice Adams":                            MidResolved,
		"Adams, Alice":                           MidResolved,
		"adams":                                  MidResolved,
		"ad al":                                  MidResolved,
		"brown":                                  MidResolved,
		"rob bro":                                MidResolved,
		"mueller":                                MidUnresolved, // no word of a name begins so
		"emu":                                    MidResolved,
		"müll":                                   MidResolved,
		"mull":                                   MidResolved,
		"a":                                      MidAmbiguous,
		"everyone":                               MidResolved,
		"lice":                                   MidUnresolved,
		"12":                                     MidAmbiguous, // an office and a room
		"=alice":                                 MidResolved,
		"=a":                                     MidUnresolved,
		"=alice@mapid.test":                      MidResolved,
		"=SMTP:A.Adams@mapid.test":               MidResolved,
		"SMTP:alice@mapid.test":                  MidResolved,
		"smtp:alice":                             MidUnresolved,
		"alice@mapid.test":                       MidResolved,
		"alice@":                                 MidResolved,
		"a.adams@mapid.test":                     MidResolved,
		recipients + "bob":                       MidResolved,
		"EX:" + recipients + "BOB":               MidResolved,
		recipients + "bo":                        MidUnresolved,
		"/o=Old/ou=Site/cn=Recipients/cn=aadams": MidResolved,
		"ghost":                                  MidUnresolved,
		"health":                                 MidUnresolved,
		"=ghost":                                 MidUnresolved,
		recipients + "ghost":                     MidUnresolved,
		"ghost@mapid.test":                       MidUnresolved,
	} {
		a, err := s.ResolveNamesW(t.Context(), as("alice"), &ResolveNamesWRequest{Stat: stat1252(), Names: []string{name}})
		if err != nil {
			t.Fatal(err)
		}
		if a.MIds[0] != want || (want == MidResolved) != (len(a.Rows) == 1) || a.Rows == nil {
			t.Errorf("%q: %d with %d rows, want %d", name, a.MIds[0], len(a.Rows), want)
		}
	}
}

// TestResolveNamesExactWins: a whole display name or alias is not ambiguous because others begin with it.
func TestResolveNamesExactWins(t *testing.T) {
	t.Parallel()
	entries := testEntries()
	entries[2].Name, entries[2].DisplayName = "alice2", "Alice"
	s := newTestWith(t, entries)
	for name, want := range map[string]uint32{"Alice Adams": MidResolved, "alice2": MidResolved, "ali": MidAmbiguous, "alice": MidAmbiguous} {
		a, err := s.ResolveNamesW(t.Context(), as("alice"), &ResolveNamesWRequest{Stat: stat1252(), Names: []string{name}})
		if err != nil || a.MIds[0] != want {
			t.Errorf("%q: %v, %v; want %d", name, a, err, want)
		}
	}
}

func TestPitfall24ResolveNamesGivesPermanentEntryIDs(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	q := ResolveNamesRequest{
		Stat: stat1252(), Names: []string{"nobody", "em\xfcller", "bob", "a", "m\xfcller"},
		Columns: []mapi.PropTag{mapi.TagEmailAddress.WithType(mapi.PtypString8), mapi.TagEntryId, mapi.TagTitle},
	}
	a, err := s.ResolveNames(t.Context(), as("alice"), &q)
	if err != nil {
		t.Fatal(err)
	}
	row := func(name string) Row {
		return Row{
			tagged(0x3003001E, prop.String8(recipients+name)),
			tagged(0x0FFF0102, prop.BinaryString(permanentEntryID(dtMailUser, recipients+name))),
			tagged(0x3A17000A, prop.Error(mapi.ErrNotFound)),
		}
	}
	want := &ResolveNamesResponse{
		MIds: []uint32{MidUnresolved, MidUnresolved, MidResolved, MidAmbiguous, MidResolved},
		Rows: []Row{row("bob"), row("emueller")},
	}
	if diff := cmp.Diff(want, a); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
}

func TestResolveNamesRefused(t *testing.T) {
	t.Parallel()
	s := newTest(t)
	for _, tt := range []struct {
		name string
		q    ResolveNamesWRequest
		want mapi.ErrorCode
	}{
		{"Reserved", ResolveNamesWRequest{Reserved: 1, Stat: stat1252()}, mapi.ErrInvalidParameter},
		{"UnknownContainer", ResolveNamesWRequest{Stat: Stat{ContainerID: 4}}, mapi.ErrInvalidBookmark},
		{"UnicodeCodePage", ResolveNamesWRequest{Stat: Stat{CodePage: 1200}}, mapi.ErrInvalidCodepage},
		{"OtherContainer", ResolveNamesWRequest{Stat: Stat{ContainerID: midContainers + 2}, Names: []string{"alice"}}, mapi.Success},
	} {
		a, err := s.ResolveNamesW(t.Context(), as("alice"), &tt.q)
		if code := codeOf(t, err); code != tt.want {
			t.Errorf("%s: %v, want %v", tt.name, code, tt.want)
		}
		if err == nil && !slices.Equal(a.MIds, []uint32{MidUnresolved}) {
			t.Errorf("%s: %v", tt.name, a.MIds)
		}
	}
}
