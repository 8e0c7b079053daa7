package rule_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/server/emsmdb/rule"
	"github.com/mapid/mapid/store"
)

func options(t testing.TB, version string) rule.Options {
	t.Helper()
	p, err := profile.ByName(version)
	if err != nil {
		t.Fatal(err)
	}
	return rule.Options{Profile: &p.Rules, Text: func(s string) string { return s }}
}

func text(tag mapi.PropTag, s string) prop.Tagged {
	return prop.Tagged{Tag: tag, Value: prop.String(s)}
}

var act = prop.Tagged{Tag: mapi.TagRuleActions, Value: prop.RuleActionsValue(prop.RuleActions{Actions: []prop.RuleAction{
	{Type: prop.OpDelete, Data: prop.OpaqueData{}},
}})}

// TestApplyKeepsServerStates: a rule that failed says so until its condition or actions are others.
func TestApplyKeepsServerStates(t *testing.T) {
	t.Parallel()
	failed := store.Rule{ID: 7, State: mapi.RuleEnabled | mapi.RuleError | mapi.RuleParseError, Props: []prop.Tagged{act, text(mapi.TagRuleProvider, "x")}}
	id := prop.Tagged{Tag: mapi.TagRuleId, Value: prop.ID(mapi.NewID(1, 7))}
	for name, tt := range map[string]struct {
		change prop.Tagged
		want   uint32
	}{
		"Name":     {text(mapi.TagRuleName, "new"), mapi.RuleEnabled | mapi.RuleError | mapi.RuleParseError},
		"Disabled": {prop.Tagged{Tag: mapi.TagRuleState, Value: prop.Uint32(0)}, mapi.RuleError | mapi.RuleParseError},
		"Actions":  {act, mapi.RuleEnabled},
	} {
		after, save, err := rule.Apply([]store.Rule{failed}, 0, []rule.Change{{Flags: mapi.RuleModify, Props: []prop.Tagged{id, tt.change}}}, options(t, "exchange2010-sp1"))
		if err != nil || !save || after[0].State != tt.want {
			t.Errorf("%s: %v, %v, %v", name, after, save, err)
		}
	}
	if failed.State != mapi.RuleEnabled|mapi.RuleError|mapi.RuleParseError || len(failed.Props) != 2 {
		t.Error("the rule given was changed")
	}
}

// TestApplyText: 8-bit text is kept in Unicode.
func TestApplyText(t *testing.T) {
	t.Parallel()
	o := options(t, "exchange2010-sp1")
	o.Text = func(s string) string { return "<" + s + ">" }
	name := prop.Tagged{Tag: mapi.TagRuleName.WithType(mapi.PtypString8), Value: prop.String8("x")}
	after, _, err := rule.Apply(nil, 0, []rule.Change{{Flags: mapi.RuleAdd, Props: []prop.Tagged{name, act, text(mapi.TagRuleProvider, "p")}}}, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range rule.Row(&after[0]) {
		if p.Tag.ID() == mapi.TagRuleName.ID() && (p.Tag != mapi.TagRuleName || p.Value.Str() != "<x>") {
			t.Errorf("name %v", p)
		}
	}
}

// FuzzApply changes rules by what a client sent. Whatever is accepted encodes and reads back the same, within the limits.
func FuzzApply(f *testing.F) {
	seed := func(flags uint8, props ...prop.Tagged) {
		var w wire.Writer
		w.U8(flags)
		w.U16(uint16(len(props)))
		for _, p := range props {
			prop.WriteTagged(&w, p)
		}
		f.Add(uint8(0), w.Buf)
	}
	condition := prop.Tagged{Tag: mapi.TagRuleCondition, Value: prop.RestrictionValue(prop.NotRestriction{Part: prop.ExistRestriction{Tag: mapi.TagBody}})}
	seed(mapi.RuleAdd, act, text(mapi.TagRuleProvider, "x"), condition)
	seed(mapi.RuleRemove, prop.Tagged{Tag: mapi.TagRuleId, Value: prop.ID(mapi.NewID(1, 7))})
	seed(mapi.RuleModify, prop.Tagged{Tag: mapi.TagRuleId, Value: prop.ID(mapi.NewID(1, 7))}, condition)
	o := options(f, "exchange2003")
	f.Fuzz(func(t *testing.T, flags uint8, data []byte) {
		var changes []rule.Change
		r := wire.NewReader(data)
		for r.Len() > 0 {
			c := rule.Change{Flags: r.U8()}
			n := r.Count(uint32(r.U16()), 1<<16, 4)
			for range n {
				c.Props = append(c.Props, prop.ReadTagged(r))
			}
			if r.Err() != nil {
				return
			}
			changes = append(changes, c)
		}
		before := []store.Rule{{ID: 7, Props: []prop.Tagged{act, text(mapi.TagRuleProvider, "x")}}}
		after, save, err := rule.Apply(before, flags, changes, o)
		if err != nil && save { // this version saves nothing then
			t.Fatalf("%d rules to save with %v", len(after), err)
		}
		total := 0
		for i := range after {
			for _, p := range rule.Row(&after[i]) {
				var a, b wire.Writer
				prop.WriteTagged(&a, p)
				again := prop.ReadTagged(wire.NewReader(a.Buf))
				prop.WriteTagged(&b, again)
				if string(a.Buf) != string(b.Buf) {
					t.Fatalf("%x reads back as %x", a.Buf, b.Buf)
				}
				total += a.Len()
			}
		}
		if save && total > o.Profile.SizeLimit {
			t.Fatalf("%d bytes of rules", total)
		}
	})
}
