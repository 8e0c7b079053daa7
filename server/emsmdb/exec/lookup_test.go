package exec_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// toBeFound fills the inbox with messages that clients look for by value.
func (w *world) toBeFound() {
	w.t.Helper()
	inbox := store.FolderID(w.inbox().FolderIDs[fidInbox].Counter())
	classes := []string{"IPM.Note", "IPM.Appointment", "IPM.note", "ipm.appointment", "IPM.Áppointment", "REPORT.IPM.Note.NDR"}
	scope := store.Scope{Mailboxes: []store.MailboxID{w.entry("alice").Mailbox}}
	err := w.store.Update(context.Background(), scope, func(tx store.Tx) error {
		for i := range 60 {
			thread := append([]byte{1, 0, 0, 0, 0, byte(i % 7)}, slices.Repeat([]byte{byte(i % 7)}, 16)...)
			m := store.NewMessage{Folder: inbox, Props: []prop.Tagged{
				{Tag: mapi.TagSubject, Value: prop.String(fmt.Sprintf("subject %02d", i*37%60))},
				{Tag: mapi.TagSentRepresentingName, Value: prop.String(fmt.Sprintf("sender %d", i%4))},
				{Tag: mapi.TagMessageClass, Value: prop.String(classes[i%len(classes)])},
				{Tag: mapi.TagSearchKey, Value: prop.Binary(append(make([]byte, 15), byte(i%20)))},
				{Tag: mapi.TagInternetMessageId, Value: prop.String(fmt.Sprintf("<Message-%d@mapid.test>", i%30))},
				{Tag: mapi.TagConversationIndex, Value: prop.Binary(append(thread, make([]byte, 5*(i%3))...))},
			}}
			if i%5 > 0 {
				m.Props = append(m.Props, prop.Tagged{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(mapi.FileTime(1e12 + i%11))})
			}
			if i%6 == 0 { // a key that a client gave it
				m.Props = append(m.Props, prop.Tagged{Tag: mapi.TagSourceKey, Value: prop.Binary(append(make([]byte, 21), byte(i)))})
			}
			if _, err := tx.CreateMessage(m); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestFindRowLooksUp looks for rows, and restricts tables, by values that the store has a way to. A look at every row,
// which the same restriction denied twice asks for, must find the same.
func TestFindRowLooksUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, withSeed(numbered(0)), withHandles(1000))
	w.toBeFound()
	columns := []mapi.PropTag{
		mapi.TagMid, mapi.TagInstID, mapi.TagEntryId, mapi.TagInstanceKey, mapi.TagRecordKey, mapi.TagSourceKey, mapi.TagSearchKey,
		mapi.TagMessageClass, mapi.TagInternetMessageId, mapi.TagConversationIndex, mapi.TagMessageDeliveryTime,
	}
	w.contents(columns...)
	var cases []prop.Restriction
	for _, row := range w.rows(60).Rows[7:14] {
		for i, tag := range columns {
			if row.Values[i].Type() != mapi.PtypErrorCode {
				cases = append(cases, propEqual(tag, row.Values[i]))
			}
		}
	}
	thread := func(n byte) prop.Value {
		return prop.Binary(append([]byte{1, 0, 0, 0, 0, n}, slices.Repeat([]byte{n}, 16)...))
	}
	text := func(fuzzy prop.FuzzyLevel, tag mapi.PropTag, v prop.Value) prop.Restriction {
		return prop.ContentRestriction{Fuzzy: fuzzy, Tag: tag, Value: prop.Tagged{Tag: tag, Value: v}}
	}
	key := propEqual(mapi.TagSearchKey, prop.Binary(append(make([]byte, 15), 3)))
	cases = append(cases,
		text(prop.FuzzyPrefix, mapi.TagConversationIndex, thread(4)), text(prop.FuzzyFullString, mapi.TagConversationIndex, thread(4)),
		text(prop.FuzzyPrefix, mapi.TagConversationIndex, prop.Binary([]byte{1, 0})),
		text(prop.FuzzyFullString|prop.FuzzyIgnoreCase, mapi.TagMessageClass, prop.String("IPM.APPOINTMENT")),
		text(prop.FuzzyFullString|prop.FuzzyLoose, mapi.TagMessageClass, prop.String("ipm.appointment")),
		text(prop.FuzzyFullString, mapi.TagMessageClass, prop.String("ipm.appointment")),
		propEqual(mapi.TagMessageClass, prop.String("IPM.APPOINTMENT")), propEqual(mapi.TagMessageClass, prop.String("IPM.Áppointment")),
		propEqual(mapi.TagMessageClass, prop.String("ipm.NOTE")), propEqual(mapi.TagMessageClass, prop.String("")),
		propEqual(mapi.TagMessageClass.WithType(mapi.PtypString8), prop.String8("IPM.Appointment")),
		propEqual(mapi.TagMessageClass, prop.Binary([]byte("IPM.Note"))), propEqual(mapi.TagEntryId, prop.Binary([]byte("short"))),
		propEqual(mapi.TagEntryId, prop.Binary(make([]byte, 70))), propEqual(mapi.TagInstanceKey, prop.Binary(make([]byte, 20))),
		propEqual(mapi.TagInstID, prop.Int64(-1)), propEqual(mapi.TagMid, prop.String("1")), propEqual(mapi.TagMessageDeliveryTime, prop.Time(0)),
		propEqual(mapi.TagSourceKey, prop.Binary(append(make([]byte, 21), 12))),
		prop.AndRestriction{Parts: []prop.Restriction{prop.ExistRestriction{Tag: mapi.TagSubject}, key}},
		prop.OrRestriction{Parts: []prop.Restriction{key, propEqual(mapi.TagInternetMessageId, prop.String("<message-9@MAPID.test>"))}},
		prop.OrRestriction{Parts: []prop.Restriction{key, prop.ExistRestriction{Tag: mapi.TagMessageDeliveryTime}}},
		prop.OrRestriction{}, prop.CommentRestriction{Part: key}, prop.CountRestriction{Count: 1, Part: key},
		prop.AndRestriction{Parts: []prop.Restriction{key, prop.NotRestriction{Part: key}}},
	)
	for name, arrange := range map[string]func(){
		"ByID":      func() {},
		"BySubject": func() { w.sort(0, prop.SortOrder{Tag: mapi.TagSubject, Order: prop.Descending}) },
		"ByTime":    func() { w.sort(0, prop.SortOrder{Tag: mapi.TagMessageDeliveryTime, Order: prop.Descending}) },
		"Categories": func() {
			w.sort(1, prop.SortOrder{Tag: mapi.TagSentRepresentingName}, prop.SortOrder{Tag: mapi.TagSubject})
		},
		"ByClasses": func() { w.sort(1, prop.SortOrder{Tag: mapi.TagMessageClass}, prop.SortOrder{Tag: mapi.TagSubject}) },
		"Restricted": func() {
			w.run(&rop.RestrictRequest{In: in(2), Restriction: prop.PropertyRestriction{
				RelOp: prop.RelOpGE, Tag: mapi.TagSubject, Value: prop.Tagged{Tag: mapi.TagSubject, Value: prop.String("subject 20")},
			}})
		},
	} {
		w.contents(mapi.TagMid, mapi.TagSubject)
		arrange()
		find := func(rs prop.Restriction, origin, flags uint8) (string, uint32) {
			one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(2), RowCount: 23})
			r := w.run(&rop.FindRowRequest{In: in(2), FindRowFlags: flags, Restriction: rs, Origin: origin})[0].(*rop.FindRowResponse)
			if r.ReturnValue != mapi.Success {
				return r.ReturnValue.Error(), 0
			}
			return fmt.Sprint(r.RowData.Values), w.position()
		}
		for i, rs := range cases {
			for _, origin := range []uint8{mapi.BookmarkBeginning, mapi.BookmarkCurrent, mapi.BookmarkEnd} {
				for _, flags := range []uint8{0, mapi.FindRowBackwards} {
					want, at := find(twiceDenied(rs), origin, flags)
					if got, pos := find(rs, origin, flags); got != want || pos != at {
						t.Errorf("%s, case %d, %#v from %d, flags %d: %s at %d, want %s at %d", name, i, rs, origin, flags, got, pos, want, at)
					}
				}
			}
		}
	}
	for i, rs := range cases {
		if _, counts := rs.(prop.CountRestriction); counts {
			continue // denied twice it counts others
		}
		var want, got []prop.Row
		for _, r := range []struct {
			rs   prop.Restriction
			rows *[]prop.Row
		}{{twiceDenied(rs), &want}, {rs, &got}} {
			w.contents(mapi.TagMid, mapi.TagSubject)
			w.sort(0, prop.SortOrder{Tag: mapi.TagSubject})
			w.run(&rop.RestrictRequest{In: in(2), Restriction: r.rs})
			*r.rows = w.rows(100).Rows
		}
		if !slices.EqualFunc(got, want, prop.Row.Equal) {
			t.Errorf("case %d, %#v: %d rows, want %d", i, rs, len(got), len(want))
		}
	}
}

func propEqual(tag mapi.PropTag, v prop.Value) prop.Restriction {
	return prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: tag, Value: prop.Tagged{Tag: tag, Value: v}}
}

// twiceDenied is a restriction that means the same and that nothing can be looked up by.
func twiceDenied(rs prop.Restriction) prop.Restriction {
	return prop.NotRestriction{Part: prop.NotRestriction{Part: rs}}
}
