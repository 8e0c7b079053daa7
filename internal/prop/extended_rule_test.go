package prop_test

import (
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
)

func TestExtendedRuleActions(t *testing.T) {
	t.Parallel()
	want := prop.ExtendedRuleActions{Version: prop.ExtendedRuleVersion, Actions: prop.RuleActions{Actions: []prop.RuleAction{
		{Type: prop.OpMove, Data: prop.MoveCopyData{FolderInThisStore: true, StoreEID: []byte{0}, FolderEID: unhex(t, folder46)}}}}}
	check(t, "00 00 01 00 00 00 01 00 00 00 40 00 00 00 01 00 00 00 00 00 00 00 00 01 00 00 00 00 2E 00 00 00 "+folder46, want,
		prop.ReadExtendedRuleActions, prop.WriteExtendedRuleActions)
}

func TestExtendedRuleCondition(t *testing.T) {
	t.Parallel()
	check(t, "00 00 00 02 00 00 00 03 01 00 01 00 1F 00 37 00 1F 00 37 00 58 00 00 00 06 00 03 00 07 0E 01 00 00 00",
		prop.ExtendedRuleCondition{Condition: subjectXUnread}, prop.ReadExtendedRuleCondition, prop.WriteExtendedRuleCondition)
}

func TestExtendedRuleConditionOnNamedProperties(t *testing.T) {
	t.Parallel()
	want := prop.ExtendedRuleCondition{
		Names: []prop.NamedProperty{
			{ID: 0x8000, Name: prop.Name{Kind: prop.NameLID, GUID: mapi.PsetidCommon, LID: mapi.LidPrivate}},
			{ID: 0x8001, Name: prop.Name{Kind: prop.NameString, GUID: mapi.PsPublicStrings, Text: "K"}},
		},
		Condition: prop.ExistRestriction{Tag: 0x8001101F},
	}
	check(t, "02 00 00 80 01 80 2B 00 00 00 00 08 20 06 00 00 00 00 00 C0 00 00 00 00 00 00 46 06 85 00 00 "+
		"01 29 03 02 00 00 00 00 00 C0 00 00 00 00 00 00 46 04 4B 00 00 00 08 1F 10 01 80", want,
		prop.ReadExtendedRuleCondition, prop.WriteExtendedRuleCondition)
}

func TestExtendedRuleRefuses(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, bytes string }{
		{"Version2", "00 00 02 00 00 00 01 00 00 00 09 00 00 00 0A 00 00 00 00 00 00 00 00"},
		{"IdBelowNamedProperties", "01 00 FF 7F 11 00 00 00 FF 08 20 06 00 00 00 00 00 C0 00 00 00 00 00 00 46 01 00 00 00 01 00 00 00 09 00 00 00 0A 00 00 00 00 00 00 00 00"},
		{"NamesCutShort", "02 00 00 80 01 80 11 00 00 00 FF 08 20 06 00 00 00 00 00 C0 00 00 00 00 00 00 46 01 00 00 00 01 00 00 00 09 00 00 00 0A 00 00 00 00 00 00 00 00"},
	} {
		r := wire.NewReader(unhex(t, c.bytes))
		if prop.ReadExtendedRuleActions(r); r.Err() == nil {
			t.Errorf("%s decodes", c.name)
		}
	}
}

func FuzzExtendedRule(f *testing.F) {
	f.Add([]byte{0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 9, 0, 0, 0, 0x0A, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{1, 0, 0, 0x80, 0x11, 0, 0, 0, 0xFF, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 8, 0x1F, 0, 0, 0x80})
	f.Fuzz(func(t *testing.T, b []byte) {
		r := wire.NewReader(b)
		if c := prop.ReadExtendedRuleCondition(r); r.Err() == nil {
			var once, twice wire.Writer
			prop.WriteExtendedRuleCondition(&once, c)
			r := wire.NewReader(once.Buf)
			prop.WriteExtendedRuleCondition(&twice, prop.ReadExtendedRuleCondition(r))
			if r.Err() != nil || string(once.Buf) != string(twice.Buf) {
				t.Fatalf("err %v\nonce  %x\ntwice %x", r.Err(), once.Buf, twice.Buf)
			}
		}
		r = wire.NewReader(b)
		if a := prop.ReadExtendedRuleActions(r); r.Err() == nil {
			var once, twice wire.Writer
			prop.WriteExtendedRuleActions(&once, a)
			r := wire.NewReader(once.Buf)
			prop.WriteExtendedRuleActions(&twice, prop.ReadExtendedRuleActions(r))
			if r.Err() != nil || string(once.Buf) != string(twice.Buf) {
				t.Fatalf("err %v\nonce  %x\ntwice %x", r.Err(), once.Buf, twice.Buf)
			}
		}
	})
}
