package exec_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/store"
)

// outlook is a mailbox with something of everything that a client's own searches look for.
type outlook struct {
	*searching
	reminderSet, recurring, keywords mapi.PropTag
	specials                         map[store.Special]mapi.ID
}

func newOutlook(t *testing.T) *outlook {
	t.Helper()
	o := &outlook{searching: newSearching(t, withSeed(nil)), specials: make(map[store.Special]mapi.ID)}
	named := func(typ mapi.PropType, n prop.Name) mapi.PropTag {
		ids := one[*rop.GetPropertyIdsFromNamesResponse](o.world, &rop.GetPropertyIdsFromNamesRequest{In: in(0), Flags: 2, PropertyNames: []prop.Name{n}})
		return mapi.PropTag(uint32(ids.PropertyIDs[0])<<16 | uint32(typ))
	}
	o.reminderSet = named(mapi.PtypBoolean, prop.Name{GUID: mapi.PsetidCommon, LID: mapi.LidReminderSet})
	o.recurring = named(mapi.PtypBoolean, prop.Name{GUID: mapi.PsetidAppointment, LID: mapi.LidRecurring})
	o.keywords = named(mapi.PtypMultiString, prop.Name{Kind: prop.NameString, GUID: mapi.PsPublicStrings, Text: mapi.NameKeywords})
	err := o.store.View(t.Context(), store.Scope{}, func(r store.Reader) error {
		m, err := r.MailboxOf("alice")
		for role, id := range m.Special {
			o.specials[role] = mapi.NewID(1, uint64(id))
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return o
}

// message puts a message into a folder with a role, as its subject says.
func (o *outlook) message(role store.Special, subject, class string, flags uint32, props ...prop.Tagged) {
	o.t.Helper()
	set := append([]prop.Tagged{
		{Tag: mapi.TagSubject, Value: prop.String("~" + subject)}, {Tag: mapi.TagMessageClass, Value: prop.String(class)},
		{Tag: mapi.TagMessageDeliveryTime, Value: prop.Time(1 << 60)},
	}, props...)
	o.change("alice", func(tx store.Tx) error {
		_, err := tx.CreateMessage(store.NewMessage{Folder: store.FolderID(o.specials[role].Counter()), Flags: flags, Props: set})
		return err
	})
}

// outside lets messages pass that are in none of the folders with some roles.
func (o *outlook) outside(roles ...store.Special) prop.Restriction {
	o.t.Helper()
	var parts []prop.Restriction
	for _, role := range roles {
		if o.openFolder(o.specials[role], 5, 0) != mapi.Success {
			continue // not every mailbox has all of them
		}
		parts = append(parts, prop.PropertyRestriction{
			RelOp: prop.RelOpNE, Tag: mapi.TagParentEntryId, Value: prop.Tagged{Tag: mapi.TagParentEntryId, Value: o.props(5, mapi.TagEntryId)[0]},
		})
	}
	if len(parts) < 4 {
		o.t.Fatalf("only %d folders to leave out", len(parts))
	}
	return prop.AndRestriction{Parts: parts}
}

// ofClass lets messages pass whose class begins with a text.
func ofClass(class string) prop.Restriction {
	return prop.ContentRestriction{
		Fuzzy: prop.FuzzyPrefix | prop.FuzzyIgnoreCase, Tag: mapi.TagMessageClass, Value: prop.Tagged{Tag: mapi.TagMessageClass, Value: prop.String(class)},
	}
}

func isTrue(tag mapi.PropTag) prop.Restriction {
	return prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: tag, Value: prop.Tagged{Tag: tag, Value: prop.Bool(true)}}
}

func compares(tag mapi.PropTag, op prop.RelOp, v prop.Value) prop.Restriction {
	return prop.PropertyRestriction{RelOp: op, Tag: tag, Value: prop.Tagged{Tag: tag, Value: v}}
}

func allOf(parts ...prop.Restriction) prop.Restriction { return prop.AndRestriction{Parts: parts} }
func anyOf(parts ...prop.Restriction) prop.Restriction { return prop.OrRestriction{Parts: parts} }
func not(part prop.Restriction) prop.Restriction       { return prop.NotRestriction{Part: part} }

// syncFolders are the roles that clients leave out of their searches.
var syncFolders = []store.Special{
	store.SpecialDeletedItems, store.SpecialJunkEmail, store.SpecialDrafts, store.SpecialOutbox, store.SpecialConflicts, store.SpecialLocalFailures,
	store.SpecialServerFailures, store.SpecialSyncIssues,
}

// noMail lets items pass that are no mail: searches of the [MS-OXOSRCH] 2.2.3 templates leave them out.
var noMail = anyOf(ofClass("IPM.Appointment"), ofClass("IPM.Contact"), ofClass("IPM.DistList"), ofClass("IPM.Activity"), ofClass("IPM.StickyNote"), ofClass("IPM.Task"))

// TestOutlookSearches sets the criteria of clients' own search folders and of the templates for further ones, in shape as
// [MS-OXOSFLD] 3.1.4 and [MS-OXOSRCH] 2.2.3 describe them, over everything below the top of the mailbox.
func TestOutlookSearches(t *testing.T) {
	t.Parallel()
	o := newOutlook(t)
	truth, two := prop.Bool(true), prop.Int32(2)
	tag := func(tag mapi.PropTag, v prop.Value) prop.Tagged { return prop.Tagged{Tag: tag, Value: v} }
	read, submitted := mapi.MfRead, mapi.MfSubmitted
	o.message(store.SpecialCalendar, "meeting", "IPM.Appointment", read, tag(o.reminderSet, truth))
	o.message(store.SpecialCalendar, "series", "IPM.Appointment", read, tag(o.reminderSet, prop.Bool(false)), tag(o.recurring, truth))
	o.message(store.SpecialCalendar, "quiet", "IPM.Appointment", read, tag(o.reminderSet, prop.Bool(false)))
	o.message(store.SpecialTasks, "task", "IPM.Task", read, tag(o.reminderSet, truth), tag(o.keywords, prop.Multi(mapi.PtypMultiString, []string{"Work"})))
	o.message(store.SpecialInbox, "request", "IPM.Schedule.Meeting.Request", read, tag(o.reminderSet, truth))
	o.message(store.SpecialDeletedItems, "gone", "IPM.Appointment", read, tag(o.reminderSet, truth), tag(mapi.TagFlagStatus, two))
	o.message(store.SpecialOutbox, "leaving", "IPM.Note", read|submitted, tag(o.reminderSet, truth))
	o.message(store.SpecialInbox, "sending", "IPM.Note", read|submitted, tag(o.reminderSet, truth))
	o.message(store.SpecialInbox, "unread", "IPM.Note", 0)
	o.message(store.SpecialInbox, "flagged", "IPM.Note", read, tag(mapi.TagFlagStatus, two), tag(mapi.TagToDoItemFlags, prop.Int32(1)))
	o.message(store.SpecialInbox, "done", "IPM.Note", read, tag(mapi.TagFlagStatus, prop.Int32(1)))
	o.message(store.SpecialInbox, "categories", "IPM.Note", read, tag(o.keywords, prop.Multi(mapi.PtypMultiString, []string{"Work", "Red"})))
	o.message(store.SpecialInbox, "large", "IPM.Note", read, tag(mapi.TagBody, prop.String(strings.Repeat("x", 120<<10))))
	o.message(store.SpecialInbox, "important", "IPM.Note", read, tag(mapi.TagImportance, two))
	o.message(store.SpecialInbox, "to me", "IPM.Note", read, tag(mapi.TagMessageToMe, truth))
	o.message(store.SpecialInbox, "old", "IPM.Note", read, tag(mapi.TagMessageDeliveryTime, prop.Time(1<<50)))
	o.message(store.SpecialSentItems, "tracked", "IPM.Note", read, tag(mapi.TagSwappedToDoStore, prop.Binary([]byte{1})), tag(mapi.TagToDoItemFlags, prop.Int32(8)))
	o.message(store.SpecialInbox, "html", "IPM.Note", read, tag(mapi.TagHtml, prop.Binary([]byte("<p>"+strings.Repeat("filler ", 2000)+"a <b>nee</b>dle</p>"))))
	o.message(store.SpecialInbox, "plain", "IPM.Note", read, tag(mapi.TagBody, prop.String(strings.Repeat("filler ", 9000)+"a Needle")))
	o.message(store.SpecialJunkEmail, "junk", "IPM.Note", 0, tag(mapi.TagBody, prop.String("needle")))

	outside := o.outside(syncFolders...)
	mail := allOf(o.outside(syncFolders...), not(noMail))
	ours := subjectHas("~") // and none of the seed's messages
	for _, tt := range []struct {
		name string
		role store.Special // of the folder that the mailbox has for it; SpecialCount makes one
		rs   prop.Restriction
		want string
	}{
		{"Reminders", store.SpecialReminders, allOf(outside, allOf(
			not(allOf(prop.ExistRestriction{Tag: mapi.TagMessageClass}, ofClass("IPM.Schedule"))),
			prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagMessageFlags, Mask: mapi.MfSubmitted},
			anyOf(isTrue(o.reminderSet), allOf(prop.ExistRestriction{Tag: o.recurring}, isTrue(o.recurring))),
		)), "meeting series task"},
		{"ToDo", store.SpecialToDo, allOf(outside, anyOf(
			ofClass("IPM.Task"), compares(mapi.TagFlagStatus, prop.RelOpEQ, two), compares(mapi.TagFlagStatus, prop.RelOpEQ, prop.Int32(1)),
			allOf(prop.ExistRestriction{Tag: mapi.TagToDoItemFlags}, prop.BitMaskRestriction{RelOp: prop.BitsNotEqualZero, Tag: mapi.TagToDoItemFlags, Mask: 1}),
		)), "done flagged task"},
		{"TrackedMail", store.SpecialTrackedMail, allOf(outside, prop.ExistRestriction{Tag: mapi.TagSwappedToDoStore},
			prop.BitMaskRestriction{RelOp: prop.BitsNotEqualZero, Tag: mapi.TagToDoItemFlags, Mask: 8}), "tracked"},
		{"Unread", store.SpecialCount, allOf(mail, unreadOnly), "unread"},
		{"UnreadOrFlagged", store.SpecialCount, allOf(mail, anyOf(unreadOnly, compares(mapi.TagFlagStatus, prop.RelOpEQ, two))), "flagged unread"},
		{"FollowUp", store.SpecialCount, allOf(mail, compares(mapi.TagFlagStatus, prop.RelOpEQ, two)), "flagged"},
		{"Important", store.SpecialCount, allOf(mail, compares(mapi.TagImportance, prop.RelOpEQ, two)), "important"},
		{"Large", store.SpecialCount, allOf(mail, compares(mapi.TagMessageSize, prop.RelOpGT, prop.Int32(100<<10))), "large plain"},
		{"Old", store.SpecialCount, allOf(mail, compares(mapi.TagMessageDeliveryTime, prop.RelOpLT, prop.Time(1<<55))), "old"},
		{"SentToMe", store.SpecialCount, allOf(mail, isTrue(mapi.TagMessageToMe)), "to me"},
		{"Categorized", store.SpecialCount, allOf(mail, prop.ExistRestriction{Tag: o.keywords}), "categories"},
		{"OneCategory", store.SpecialCount, allOf(outside, prop.ContentRestriction{
			Fuzzy: prop.FuzzyFullString | prop.FuzzyIgnoreCase, Tag: o.keywords, Value: tag(o.keywords.WithType(mapi.PtypString), prop.String("work")),
		}), "categories task"},
		{"Words", store.SpecialCount, allOf(mail, prop.ContentRestriction{
			Fuzzy: prop.FuzzySubstring | prop.FuzzyIgnoreCase, Tag: mapi.TagBody, Value: tag(mapi.TagBody, prop.String("needle")),
		}), "html plain"},
		{"NamedAtOnce", store.SpecialCount, allOf(ours, prop.CommentRestriction{Values: []prop.Tagged{tag(mapi.TagSubject, prop.String("x"))}, Part: unreadOnly}), "junk unread"},
	} {
		if tt.role == store.SpecialCount {
			o.folder(tt.name)
		} else if got := o.openFolder(o.specials[tt.role], 4, 0); got != mapi.Success {
			t.Fatalf("%s: %v", tt.name, got)
		}
		if got := o.code(&rop.GetSearchCriteriaRequest{In: in(4)}); got != mapi.ErrNotInitialized {
			t.Errorf("%s before its first criteria: %v", tt.name, got)
		}
		one[*rop.SetSearchCriteriaResponse](o.world, criteria(allOf(ours, tt.rs), mapi.SearchRestart|mapi.SearchRecursive|mapi.SearchBackground, o.specials[store.SpecialIPMSubtree]))
		if err := o.worker.Finish(t.Context()); err != nil {
			t.Fatal(err)
		}
		want := strings.ReplaceAll(tt.want, "to me", "to_me")
		var got []string
		for _, subject := range o.found() {
			got = append(got, strings.ReplaceAll(strings.TrimPrefix(subject, "~"), " ", "_"))
		}
		if slices.Sort(got); strings.Join(got, " ") != want {
			t.Errorf("%s found %q, want %q", tt.name, got, want)
		}
		if told := o.told().SearchFlags; told != mapi.SearchStateComplete|mapi.SearchStateTWIRTotally|mapi.SearchStateRecursive {
			t.Errorf("%s: state 0x%08X", tt.name, told)
		}
	}
	if err := o.store.Check(t.Context()); err != nil {
		t.Fatal(err)
	}

	// All of them stay right at once: a reminder is dismissed, a flag cleared, mail comes.
	o.message(store.SpecialInbox, "news", "IPM.Note", 0, tag(mapi.TagFlagStatus, two), tag(o.reminderSet, truth))
	o.settle()
	for _, name := range []string{"Unread", "UnreadOrFlagged", "FollowUp", "NamedAtOnce"} {
		o.folder(name)
		if !slices.Contains(o.found(), "~news") {
			t.Errorf("%s misses new mail", name)
		}
	}
	o.openFolder(o.specials[store.SpecialReminders], 4, 0)
	if !slices.Contains(o.found(), "~news") {
		t.Error("no reminder of new mail")
	}
}

// TestSearchDefinitionMessages: what a search folder looks for stands for clients in an associated message of the folder
// Common Views too, [MS-OXOSRCH] 2.2.1, which is stored as any other.
func TestSearchDefinitionMessages(t *testing.T) {
	t.Parallel()
	o := newOutlook(t)
	views := o.specials[store.SpecialCommonViews]
	one[*rop.CreateMessageResponse](o.world, &rop.CreateMessageRequest{InOut: inOut(0, 6), CodePageID: 0x0FFF, FolderID: views, AssociatedFlag: true})
	const definition, storage, folderID mapi.PropTag = 0x68450102, 0x68460003, 0x68420102
	blob := prop.Binary([]byte(strings.Repeat("\x04\x10\x00\x00", 100)))
	o.set(6, prop.Tagged{Tag: mapi.TagMessageClass, Value: prop.String("IPM.Microsoft.WunderBar.SFInfo")}, prop.Tagged{Tag: definition, Value: blob},
		prop.Tagged{Tag: storage, Value: prop.Uint32(0x48)}, prop.Tagged{Tag: folderID, Value: prop.Binary(make([]byte, 16))})
	mid := o.save(6)
	o.openAt(7, mid, 0)
	if v := o.props(7, definition, storage, folderID); !v[0].Equal(blob) || v[1].Int() != 0x48 || len(v[2].Bytes()) != 16 {
		t.Errorf("the definition reads %v", v[1:])
	}
}
