package storetest

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/store"
)

func testRules(t *testing.T, open Open) {
	for name, run := range map[string]func(*testing.T, Open){
		"Replace": testRulesReplace, "RoundTrip": testRulesRoundTrip, "Refused": testRulesRefused, "Feed": testRulesFeed,
		"GoWithTheMailbox": testRulesGoWithTheMailbox,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, open)
		})
	}
}

// rules reads the rules of a folder and holds HasRules against them.
func (f *fixture) rules(id store.FolderID) (list []store.Rule) {
	f.Helper()
	var has bool
	f.read(func(r store.Reader) (err error) {
		if list, err = r.Rules(id); err != nil {
			return err
		}
		has, err = r.HasRules(id)
		return err
	})
	f.same("HasRules", has, len(list) > 0)
	return list
}

func (f *fixture) setRules(id store.FolderID, rules ...store.Rule) {
	f.Helper()
	f.write(func(tx store.Tx) error { return tx.SetRules(id, rules) })
}

// testRulesReplace: they come by sequence, then id; ids stay, and none is given twice.
func testRulesReplace(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.same("none", f.rules(f.inbox), []store.Rule(nil))
	f.same("of no folder", f.rules(12345), []store.Rule(nil))
	name := func(s string) []prop.Tagged { return []prop.Tagged{tagged(mapi.TagRuleName, prop.String(s))} }
	f.setRules(f.inbox, store.Rule{Sequence: 20, State: 1, Props: name("late")}, store.Rule{Sequence: -3, Props: name("early")},
		store.Rule{Sequence: 20, State: 0xFFFFFFFF, Props: name("later")})
	got := f.rules(f.inbox)
	f.same("rules", got, []store.Rule{
		{ID: got[0].ID, Sequence: -3, Props: name("early")}, {ID: got[1].ID, Sequence: 20, State: 1, Props: name("late")},
		{ID: got[2].ID, Sequence: 20, State: 0xFFFFFFFF, Props: name("later")},
	})
	if got[0].ID == 0 || got[1].ID == got[0].ID || got[2].ID <= got[1].ID {
		t.Errorf("ids %d, %d, %d", got[0].ID, got[1].ID, got[2].ID)
	}
	f.same("of another folder", f.rules(f.root), []store.Rule(nil))
	kept := got[1]
	kept.Sequence = 5
	f.setRules(f.inbox, kept, store.Rule{Sequence: 5})
	after := f.rules(f.inbox)
	f.same("kept", after[0], kept)
	for _, r := range got {
		if len(after) != 2 || after[1].ID == r.ID {
			t.Errorf("rules %v after %v", after, got)
		}
	}
	f.setRules(f.inbox)
	f.same("removed", f.rules(f.inbox), []store.Rule(nil))
	f.check()
}

// testRulesRoundTrip: conditions and actions of the standard form are as they were.
func testRulesRoundTrip(t *testing.T, open Open) {
	f := newFixture(t, open)
	long := make([]byte, 60000)
	rule := store.Rule{Sequence: 1, State: 1, Props: []prop.Tagged{
		tagged(mapi.TagRuleUserFlags, prop.Uint32(7)),
		tagged(mapi.TagRuleCondition, prop.RestrictionValue(prop.AndRestriction{Parts: []prop.Restriction{
			prop.ContentRestriction{Fuzzy: prop.FuzzySubstring | prop.FuzzyIgnoreCase, Tag: mapi.TagSubject, Value: tagged(mapi.TagSubject.WithType(mapi.PtypString8), prop.String8("caf\xe9"))},
			prop.NotRestriction{Part: prop.ExistRestriction{Tag: mapi.TagBody}},
		}})),
		tagged(mapi.TagRuleActions, prop.RuleActionsValue(prop.RuleActions{Actions: []prop.RuleAction{
			{Type: prop.OpMove, Data: prop.MoveCopyData{FolderInThisStore: true, StoreEID: []byte{1}, FolderEID: make([]byte, 21)}},
			{Type: prop.OpCopy, Flags: 9, Data: prop.MoveCopyData{StoreEID: []byte("store"), FolderEID: []byte("folder")}},
			{Type: prop.OpReply, Flavor: 1, Data: prop.ReplyData{FolderID: 3, MessageID: 4, TemplateGUID: mapi.GUID{5}}},
			{Type: prop.OpForward, Data: prop.ForwardData{Recipients: []prop.ActionRecipient{{Reserved: 1, Props: []prop.Tagged{tagged(mapi.TagDisplayName, prop.String("Bob"))}}}}},
			{Type: prop.OpDeferAction, Data: prop.OpaqueData{Bytes: []byte("client's own")}},
		}})),
		tagged(mapi.TagRuleProvider, prop.String("RuleOrganizer")),
		tagged(mapi.TagRuleProviderData, prop.Binary(long)),
	}}
	f.setRules(f.inbox, rule)
	got := f.rules(f.inbox)
	if len(got) != 1 {
		t.Fatalf("%d rules", len(got))
	}
	rule.ID = got[0].ID
	f.same("rule", got[0].Props, rule.Props)
	f.check()
}

func testRulesRefused(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.setRules(f.inbox, store.Rule{Sequence: 1})
	before := f.rules(f.inbox)
	twice := tagged(mapi.TagRuleLevel, prop.Int32(0))
	f.refuse(store.ErrDenied, func(tx store.Tx) error {
		return tx.SetRules(f.inbox, []store.Rule{{}, {Props: []prop.Tagged{twice, twice}}})
	})
	f.refuse(store.ErrDenied, func(tx store.Tx) error {
		return tx.SetRules(f.inbox, []store.Rule{{Props: []prop.Tagged{tagged(mapi.TagRuleProviderData, prop.Binary(make([]byte, 70000)))}}})
	})
	f.refuse(store.ErrNotFound, func(tx store.Tx) error { return tx.SetRules(12345, nil) })
	f.same("rules", f.rules(f.inbox), before)
}

func testRulesFeed(t *testing.T, open Open) {
	f := newFixture(t, open)
	before := f.folder(f.inbox)
	rec := record(t, f.s)
	f.setRules(f.inbox, store.Rule{})
	f.same("kinds", kinds(rec.take()), []store.ChangeKind{store.FolderModified})
	if after := f.folder(f.inbox); after.Change <= before.Change {
		t.Errorf("the folder's change number went from %d to %d", before.Change, after.Change)
	}
}

func testRulesGoWithTheMailbox(t *testing.T, open Open) {
	f := newFixture(t, open)
	f.setRules(f.inbox, store.Rule{})
	f.write(func(tx store.Tx) error { return tx.DeleteMailbox(f.mb.ID) })
	f.same("rules", f.rules(f.inbox), []store.Rule(nil))
	if err := f.s.Check(t.Context()); err != nil {
		t.Error(err)
	}
}
