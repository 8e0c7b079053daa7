package exec_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// bookEntryID is the permanent entry id of an address book object, [MS-OXCDATA] 2.2.5.2.
func bookEntryID(dn string) prop.Value {
	provider := mapi.MustGUID("c840a7dc-42c0-1a10-b4b9-08002b2fe182")
	id := append([]byte{0, 0, 0, 0}, provider[:]...)
	id = append(id, 1, 0, 0, 0, 0, 0, 0, 0)
	return prop.Binary(append(id, dn+"\x00"...))
}

// nested wraps a restriction in so many others.
func nested(rs prop.Restriction, depth int) prop.Restriction {
	for range depth {
		rs = prop.AndRestriction{Parts: []prop.Restriction{rs}}
	}
	return rs
}

// TestRestrictionKinds takes every kind of restriction through RopRestrict and RopFindRow.
func TestRestrictionKinds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	w.post(letters[:4]...) // carol, alice (read), bob, Alice
	member := mapi.TagSenderEntryId
	w.change("alice", func(tx store.Tx) error {
		mailbox, err := tx.MailboxOf("alice")
		if err != nil {
			return err
		}
		_, err = tx.CreateMessage(store.NewMessage{Folder: mailbox.Special[store.SpecialInbox], Flags: mapi.MfRead, Props: []prop.Tagged{
			{Tag: mapi.TagSubject, Value: prop.String("s5")}, {Tag: mapi.TagConversationTopic, Value: prop.String("s5")},
			{Tag: member, Value: bookEntryID("/o=nobody")}, {Tag: mapi.TagDisplayName, Value: prop.String("Jane Doe")},
		}, Recipients: []store.Recipient{{Type: 1, Props: []prop.Tagged{{Tag: mapi.TagDisplayName, Value: prop.String("Erin")}}}},
			Attachments: []store.NewAttachment{{Method: 1, Props: []prop.Tagged{{Tag: mapi.TagAttachLongFilename, Value: prop.String("a.txt")}}}}})
		return err
	})
	text := func(tag mapi.PropTag, s string) prop.Tagged { return prop.Tagged{Tag: tag, Value: prop.String(s)} }
	subject := func(op prop.RelOp, s string) prop.Restriction {
		return prop.PropertyRestriction{RelOp: op, Tag: mapi.TagSubject, Value: text(mapi.TagSubject, s)}
	}
	all := []string{"s1", "s2", "s3", "s4", "s5"}
	for _, tt := range []struct {
		name string
		rs   prop.Restriction
		want []string
	}{
		{"And", prop.AndRestriction{Parts: []prop.Restriction{subject(prop.RelOpGT, "s1"), subject(prop.RelOpLT, "s4")}}, []string{"s2", "s3"}},
		{"AndOfNothing", prop.AndRestriction{}, all},
		{"Or", prop.OrRestriction{Parts: []prop.Restriction{subject(prop.RelOpEQ, "s1"), subject(prop.RelOpGE, "s5")}}, []string{"s1", "s5"}},
		{"OrOfNothing", prop.OrRestriction{}, nil},
		{"Not", prop.NotRestriction{Part: subject(prop.RelOpNE, "s3")}, []string{"s3"}},
		{"ContentPrefix", prop.ContentRestriction{Fuzzy: prop.FuzzyPrefix | prop.FuzzyIgnoreCase, Tag: mapi.TagSentRepresentingName, Value: text(mapi.TagSentRepresentingName, "AL")}, []string{"s2", "s4"}},
		{"ContentFullCaseCounts", prop.ContentRestriction{Tag: mapi.TagSentRepresentingName, Value: text(mapi.TagSentRepresentingName, "Alice")}, []string{"s4"}},
		{"CompareProps", prop.ComparePropsRestriction{RelOp: prop.RelOpEQ, Tag1: mapi.TagSubject, Tag2: mapi.TagConversationTopic}, []string{"s5"}},
		{"BitMask", prop.BitMaskRestriction{RelOp: prop.BitsNotEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfRead}, []string{"s2", "s5"}},
		{"Size", prop.SizeRestriction{RelOp: prop.RelOpGT, Tag: mapi.TagSentRepresentingName, Size: 10}, []string{"s1", "s2", "s4"}},
		{"Exist", prop.ExistRestriction{Tag: mapi.TagSentRepresentingName}, []string{"s1", "s2", "s3", "s4"}},
		{"Recipients", prop.SubObjectRestriction{SubObject: mapi.TagMessageRecipients, Part: prop.PropertyRestriction{
			RelOp: prop.RelOpEQ, Tag: mapi.TagDisplayName, Value: text(mapi.TagDisplayName, "erin")}}, []string{"s5"}},
		{"Attachments", prop.SubObjectRestriction{SubObject: mapi.TagMessageAttachments, Part: prop.ContentRestriction{
			Fuzzy: prop.FuzzySubstring, Tag: mapi.TagAttachLongFilename, Value: text(mapi.TagAttachLongFilename, ".txt")}}, []string{"s5"}},
		{"Comment", prop.CommentRestriction{Values: []prop.Tagged{text(mapi.TagSubject, "x")}, Part: subject(prop.RelOpEQ, "s2")}, []string{"s2"}},
		{"CommentAlone", prop.CommentRestriction{}, all},
		{"Count", prop.CountRestriction{Count: 2, Part: subject(prop.RelOpGT, "s1")}, []string{"s2", "s3"}},
		{"MemberOfAList", prop.PropertyRestriction{RelOp: prop.RelOpMemberOfDL, Tag: member, Value: prop.Tagged{Tag: member, Value: bookEntryID("/o=nobody")}}, nil},
		{"AmbiguousName", prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagAnr, Value: text(mapi.TagAnr, "jane")}, nil},
		{"DeliveryTime", prop.PropertyRestriction{RelOp: prop.RelOpGE, Tag: mapi.TagMessageDeliveryTime, Value: prop.Tagged{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(30)}}, []string{"s3", "s4"}},
		{"OfAnotherType", prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagSubject, Value: prop.Tagged{Tag: mapi.TagSubject, Value: prop.Int32(1)}}, nil},
		{"HundredLevels", nested(subject(prop.RelOpEQ, "s3"), 100), []string{"s3"}},
	} {
		w.contents(mapi.TagSubject)
		w.sort(0, prop.SortOrder{Tag: mapi.TagSubject})
		var found []string
		for req := (&rop.FindRowRequest{In: in(2), Restriction: tt.rs}); ; req.Origin = mapi.BookmarkCurrent {
			r := w.run(req)[0].(*rop.FindRowResponse)
			if r.ReturnValue != mapi.Success {
				break
			}
			found = append(found, r.RowData.Values[0].Str())
			one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), Origin: mapi.BookmarkCurrent, RowCount: 1})
		}
		if tt.name != "Count" { // FindRow counts anew each time
			expectRows(t, tt.name+": found", found, tt.want)
		}
		one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: tt.rs})
		expectRows(t, tt.name, subjects(w.rows(100), 0), tt.want)
		w.run(&rop.ReleaseRequest{In: in(2)})
	}
	w.contents(mapi.TagSubject)
	if got := w.code(&rop.RestrictRequest{In: in(2), Restriction: nested(subject(prop.RelOpEQ, "s3"), 200)}); got != mapi.ErrTooComplex {
		t.Errorf("two hundred levels: %v", got)
	}
	if got := w.code(&rop.QueryRowsRequest{In: in(2), ForwardRead: true, RowCount: 1}); got != mapi.ErrNullObject { // [MS-OXCTABL] 3.2.5.4
		t.Errorf("rows after a Restrict that failed: %v", got)
	}
}

// TestRestrictToMembersOfAList checks RelOpMemberOfDL, lists in lists included.
func TestRestrictToMembersOfAList(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	dir, err := w.store.Snapshot(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	at := slices.IndexFunc(dir.Entries, func(e store.Entry) bool { return e.Kind == store.ListEntry && dir.ByName(e.Members[0]) != nil })
	if at < 0 {
		t.Fatal("the demo organisation has no list")
	}
	list := &dir.Entries[at]
	on := dir.ByName(list.Members[0])
	l := w.inbox()
	w.change("alice", func(tx store.Tx) error {
		for i, dn := range []string{on.DN, serverDN, "/o=nobody"} {
			if _, err := tx.CreateMessage(store.NewMessage{Folder: store.FolderID(l.FolderIDs[fidInbox].Counter()), Props: []prop.Tagged{
				{Tag: mapi.TagSubject, Value: prop.String(string(rune('a' + i)))}, {Tag: mapi.TagSenderEntryId, Value: bookEntryID(dn)},
			}}); err != nil {
				return err
			}
		}
		return nil
	})
	rs := prop.PropertyRestriction{RelOp: prop.RelOpMemberOfDL, Tag: mapi.TagSenderEntryId, Value: prop.Tagged{Tag: mapi.TagSenderEntryId, Value: bookEntryID(list.DN)}}
	w.contents(mapi.TagSubject)
	if r := one[*rop.FindRowResponse](w, &rop.FindRowRequest{In: in(2), Restriction: rs, Origin: mapi.BookmarkEnd, FindRowFlags: mapi.FindRowBackwards}); r.RowData.Values[0].Str() != "a" {
		t.Errorf("found %v", r.RowData)
	}
	one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: rs})
	if got := subjects(w.rows(100), 0); !slices.Contains(got, "a") || slices.Contains(got, "b") || slices.Contains(got, "c") {
		t.Errorf("rows = %v", got)
	}
}

// TestFindRowByID finds messages by what names them, before and behind the cursor, and none that is not there.
func TestFindRowByID(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(10)))
	w.inbox()
	w.contents(mapi.TagMid, mapi.TagEntryId, mapi.TagInstID, mapi.TagSubject)
	for _, sorted := range []bool{false, true} {
		if sorted {
			w.sort(0, prop.SortOrder{Tag: mapi.TagSubject, Order: prop.Descending})
		}
		rows := w.rows(100).Rows
		for at, row := range rows {
			for i, tag := range []mapi.PropTag{mapi.TagMid, mapi.TagEntryId, mapi.TagInstID} {
				rs := prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: tag, Value: prop.Tagged{Tag: tag, Value: row.Values[i]}}
				r := one[*rop.FindRowResponse](w, &rop.FindRowRequest{In: in(2), Restriction: rs})
				if r.RowData.Values[3].Str() != row.Values[3].Str() || int(w.position()) != at {
					t.Errorf("%v: found %v at %d", tag, r.RowData.Values[3], w.position())
				}
				one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), RowCount: int32(at + 1)})
				if got := w.code(&rop.FindRowRequest{In: in(2), Restriction: rs, Origin: mapi.BookmarkCurrent}); got != mapi.ErrNotFound {
					t.Errorf("%v: behind the row: %v", tag, got)
				}
			}
		}
		for tag, v := range map[mapi.PropTag]prop.Value{mapi.TagMid: prop.ID(mapi.NewID(1, 5)), mapi.TagEntryId: prop.Binary(make([]byte, 70))} {
			rs := prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: tag, Value: prop.Tagged{Tag: tag, Value: v}}
			if got := w.code(&rop.FindRowRequest{In: in(2), Restriction: rs}); got != mapi.ErrNotFound {
				t.Errorf("%v that is none: %v", tag, got)
			}
		}
		one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2)})
	}
}

// TestRestrictionsOverImpossibleTypes checks that what can't be compared lets no row pass, and breaks nothing: neither
// RopRestrict nor RopFindRow, by values that could be looked up or not.
func TestRestrictionsOverImpossibleTypes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(5)), withHandles(1000))
	w.inbox()
	object, none := mapi.Tag(0x3701, mapi.PtypObject), mapi.Tag(0x0037, mapi.PtypUnspecified)
	value := func(tag mapi.PropTag, v prop.Value) prop.Restriction {
		return prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: tag, Value: prop.Tagged{Tag: tag.WithType(v.Type()), Value: v}}
	}
	for name, rs := range map[string]prop.Restriction{
		"TextOfANumber":     value(mapi.TagMessageSize, prop.String("1")),
		"NumberOfAText":     value(mapi.TagSubject, prop.Int64(1)),
		"NumberOfAnEntryID": value(mapi.TagEntryId, prop.Int32(7)),
		"TextOfASearchKey":  value(mapi.TagSearchKey, prop.String("key")),
		"BinaryOfAClass":    value(mapi.TagMessageClass, prop.Binary([]byte("IPM.Note"))),
		"TextOfATime":       value(mapi.TagMessageDeliveryTime, prop.String("now")),
		"NumbersOfATime":    value(mapi.TagMessageDeliveryTime, prop.Multi(mapi.PtypMultiInteger32, []int32{1})),
		"TextsOfAnID":       value(mapi.TagInternetMessageId, prop.Multi(mapi.PtypMultiString, []string{"<a@b>"})),
		"AnErrorCode":       value(mapi.TagSubject, prop.Error(mapi.ErrNotFound)),
		"AnObject":          prop.ExistRestriction{Tag: object},
		"SizeOfAnObject":    prop.SizeRestriction{RelOp: prop.RelOpGT, Tag: object},
		"BitsOfAText":       prop.BitMaskRestriction{RelOp: prop.BitsNotEqualZero, Tag: mapi.TagSubject, Mask: 0xFFFFFFFF},
		"TextAndNumber":     prop.ComparePropsRestriction{RelOp: prop.RelOpEQ, Tag1: mapi.TagSubject, Tag2: mapi.TagMessageSize},
		"ObjectAndNothing":  prop.ComparePropsRestriction{RelOp: prop.RelOpEQ, Tag1: object, Tag2: none},
		"PartOfANumber":     prop.ContentRestriction{Fuzzy: prop.FuzzySubstring, Tag: mapi.TagMessageSize, Value: prop.Tagged{Tag: mapi.TagMessageSize, Value: prop.Int32(1)}},
		"RecipientsOfThem":  prop.SubObjectRestriction{SubObject: mapi.TagSubject, Part: prop.ExistRestriction{Tag: mapi.TagSubject}},
		"MemberOfANumber":   prop.PropertyRestriction{RelOp: prop.RelOpMemberOfDL, Tag: mapi.TagMessageSize, Value: prop.Tagged{Tag: mapi.TagMessageSize, Value: prop.Int32(1)}},
		"UnknownRelation":   prop.PropertyRestriction{RelOp: 0x55, Tag: mapi.TagMessageSize, Value: prop.Tagged{Tag: mapi.TagMessageSize, Value: prop.Int32(1)}},
	} {
		for _, sorted := range []bool{false, true} {
			w.contents(mapi.TagSubject)
			if sorted {
				w.sort(0, prop.SortOrder{Tag: mapi.TagSubject})
			}
			if got := w.code(&rop.FindRowRequest{In: in(2), Restriction: rs}); got != mapi.ErrNotFound {
				t.Errorf("%s: FindRow: %v", name, got)
			}
			if got := w.code(&rop.RestrictRequest{In: in(2), Restriction: rs}); got != mapi.Success {
				t.Errorf("%s: %v", name, got)
				continue
			}
			if rows := w.rows(10).Rows; len(rows) != 0 {
				t.Errorf("%s: %d rows", name, len(rows))
			}
			w.run(&rop.ReleaseRequest{In: in(2)})
		}
	}
}

// TestRestrictToWordsInLongTexts looks for a word that stands in the part of a text that rows cut, which takes another
// look at a message than the pass over the folder, among many messages with short texts.
func TestRestrictToWordsInLongTexts(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)))
	inbox := store.FolderID(w.inbox().FolderIDs[fidInbox].Counter())
	long := strings.Repeat("one word after another ", 400)
	comment := mapi.Tag(0x3004, mapi.PtypString)
	w.change("alice", func(tx store.Tx) error {
		for i := range 700 {
			text := "short"
			switch i % 100 {
			case 7:
				text = long + "needle"
			case 8:
				text = long
			case 9:
				text = "a needle"
			}
			_, err := tx.CreateMessage(store.NewMessage{Folder: inbox, Props: []prop.Tagged{
				{Tag: mapi.TagSubject, Value: prop.String(fmt.Sprintf("s%03d", i))}, {Tag: comment, Value: prop.String(text)},
			}})
			if err != nil {
				return err
			}
		}
		return nil
	})
	var want []string
	for i := range 700 {
		if i%100 == 7 || i%100 == 9 {
			want = append(want, fmt.Sprintf("s%03d", i))
		}
	}
	w.contents(mapi.TagSubject)
	w.sort(0, prop.SortOrder{Tag: mapi.TagSubject})
	one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(2), Restriction: prop.ContentRestriction{
		Fuzzy: prop.FuzzySubstring, Tag: comment, Value: prop.Tagged{Tag: comment, Value: prop.String("needle")},
	}})
	expectRows(t, "words", subjects(w.rows(100), 0), want)
}
