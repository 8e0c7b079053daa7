package exec_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/internal/wire"
)

// ruleColumns are what clients ask for, [MS-OXORULE] 2.2.1.3.1.
var ruleColumns = []mapi.PropTag{
	mapi.TagRuleId, mapi.TagRuleSequence, mapi.TagRuleState, mapi.TagRuleUserFlags, mapi.TagRuleCondition, mapi.TagRuleActions,
	mapi.TagRuleProvider, mapi.TagRuleName, mapi.TagRuleLevel, mapi.TagRuleProviderData,
}

// rules reads the rules of the folder at index 1 through a table at index 7.
func (w *world) rules() []prop.Row {
	w.t.Helper()
	w.run(&rop.ReleaseRequest{In: in(7)})
	one[*rop.GetRulesTableResponse](w, &rop.GetRulesTableRequest{InOut: inOut(1, 7), TableFlags: mapi.TableUseUnicode})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(7), PropertyTags: ruleColumns})
	return one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(7), ForwardRead: true, RowCount: 500}).Rows
}

// ruleLines are sequence, state and name of the rules.
func (w *world) ruleLines() (lines []string) {
	w.t.Helper()
	for _, r := range w.rules() {
		lines = append(lines, fmt.Sprintf("%d %X %s", r.Values[1].Int(), r.Values[2].Bits(), r.Values[7].Str()))
	}
	return lines
}

func (w *world) expectRules(want ...string) {
	w.t.Helper()
	if got := w.ruleLines(); !slices.Equal(got, want) {
		w.t.Errorf("rules %q, want %q", got, want)
	}
}

func modifyRules(flags uint8, rows ...rop.RuleData) *rop.ModifyRulesRequest {
	return &rop.ModifyRulesRequest{In: in(1), ModifyRulesFlags: flags, RulesData: rows}
}

func ruleRow(flags uint8, props ...prop.Tagged) rop.RuleData {
	return rop.RuleData{RuleDataFlags: flags, PropertyValues: props}
}

func acts(actions ...prop.RuleAction) prop.Tagged {
	return prop.Tagged{Tag: mapi.TagRuleActions, Value: prop.RuleActionsValue(prop.RuleActions{Actions: actions})}
}

var markAsRead = prop.RuleAction{Type: prop.OpMarkAsRead, Data: prop.OpaqueData{}}

// named is a rule that marks everything as read.
func namedRule(name string, sequence, state uint32, more ...prop.Tagged) rop.RuleData {
	return ruleRow(mapi.RuleAdd, append([]prop.Tagged{
		number(mapi.TagRuleSequence, sequence), number(mapi.TagRuleState, state), text(mapi.TagRuleName, name),
		text(mapi.TagRuleProvider, "RuleOrganizer"), number(mapi.TagRuleLevel, 0), acts(markAsRead),
	}, more...)...)
}

func ruleID(row prop.Row) prop.Tagged { return prop.Tagged{Tag: mapi.TagRuleId, Value: row.Values[0]} }

func TestModifyRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	w.expectRules()
	one[*rop.ModifyRulesResponse](w, modifyRules(0, namedRule("b", 20, 1), namedRule("a", 10, 0), namedRule("c", 20, 0x11)))
	w.expectRules("10 0 a", "20 1 b", "20 11 c") // by sequence
	rows := w.rules()
	if a, b := rows[0].Values[0].ObjectID(), rows[1].Values[0].ObjectID(); a == b || a == 0 || b == 0 {
		t.Errorf("rule ids %v and %v", a, b)
	}

	one[*rop.ModifyRulesResponse](w, modifyRules(0,
		ruleRow(mapi.RuleModify, ruleID(rows[2]), number(mapi.TagRuleSequence, 5), text(mapi.TagRuleName, "first")),
		ruleRow(mapi.RuleRemove, ruleID(rows[1])), namedRule("d", 7, 1)))
	w.expectRules("5 11 first", "7 1 d", "10 0 a")
	after := w.rules()
	if !after[0].Values[0].Equal(rows[2].Values[0]) || after[1].Values[0].Equal(rows[1].Values[0]) {
		t.Error("a rule changed its id, or got that of another")
	}
	if p := after[0].Values[6].Str(); p != "RuleOrganizer" {
		t.Errorf("a property that was not given became %q", p)
	}

	one[*rop.ModifyRulesResponse](w, modifyRules(mapi.RulesReplace, namedRule("only", 1, 1)))
	w.expectRules("1 1 only")
	one[*rop.ModifyRulesResponse](w, modifyRules(mapi.RulesReplace))
	w.expectRules()
}

// TestPitfall29RulesRoundTrip: conditions and actions come back byte for byte, of every kind, [MS-OXORULE] 2.2.5.
func TestPitfall29RulesRoundTrip(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	var eid wire.Writer
	eid.U8(1)
	eid.U64(uint64(l.FolderIDs[fidInbox]))
	eid.Put(make([]byte, 12))
	rcpt := prop.ActionRecipient{Reserved: 1, Props: []prop.Tagged{
		text(mapi.TagDisplayName, "Bob Brown"), text(mapi.TagEmailAddress, bobDN), number(mapi.TagRecipientType, 1),
		{Tag: mapi.TagEntryId, Value: prop.Binary([]byte{1, 2, 3})},
	}}
	for i, a := range []prop.RuleAction{
		{Type: prop.OpMove, Flags: 0x12345678, Data: prop.MoveCopyData{FolderInThisStore: true, StoreEID: []byte{1}, FolderEID: eid.Buf}},
		{Type: prop.OpCopy, Data: prop.MoveCopyData{StoreEID: []byte("another store"), FolderEID: []byte("its folder")}},
		{Type: prop.OpReply, Flavor: 1, Data: prop.ReplyData{FolderID: 3, MessageID: 4}}, // pitfall 29: a template GUID of zeros
		{Type: prop.OpOOFReply, Flavor: 2, Data: prop.ReplyData{FolderID: 3, MessageID: 4, TemplateGUID: mapi.GUID{5}}},
		{Type: prop.OpDeferAction, Data: prop.OpaqueData{Bytes: []byte("the client's own")}},
		{Type: prop.OpBounce, Data: prop.BounceData{Code: prop.BounceAccessDenied}},
		{Type: prop.OpForward, Flavor: 3, Data: prop.ForwardData{Recipients: []prop.ActionRecipient{rcpt, rcpt}}},
		{Type: prop.OpForward, Flavor: 4, Data: prop.ForwardData{Recipients: []prop.ActionRecipient{rcpt}}},
		{Type: prop.OpForward, Flavor: 8, Data: prop.ForwardData{Recipients: []prop.ActionRecipient{rcpt}}},
		{Type: prop.OpDelegate, Data: prop.ForwardData{Recipients: []prop.ActionRecipient{rcpt}}},
		{Type: prop.OpTag, Data: prop.TagData{Value: number(mapi.TagImportance, 2)}},
		{Type: prop.OpDelete, Data: prop.OpaqueData{}},
		markAsRead,
	} {
		condition := prop.Tagged{Tag: mapi.TagRuleCondition, Value: prop.RestrictionValue(prop.AndRestriction{Parts: []prop.Restriction{
			prop.ContentRestriction{Fuzzy: prop.FuzzySubstring | prop.FuzzyIgnoreCase, Tag: mapi.TagSubject, Value: tagged(mapi.TagSubject.ID(), prop.String8("caf\xe9"))},
			prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagSenderSearchKey, Value: tagged(mapi.TagSenderSearchKey.ID(), prop.Binary([]byte("EX:/O=MAPID\x00")))}, // pitfall 29
			prop.ContentRestriction{Fuzzy: prop.FuzzyPrefix, Tag: mapi.TagSenderSearchKey, Value: tagged(mapi.TagSenderSearchKey.ID(), prop.Binary([]byte("SMTP:")))},        // and a text looked for in bytes
			prop.SubObjectRestriction{SubObject: mapi.TagMessageRecipients, Part: prop.ExistRestriction{Tag: mapi.TagSearchKey}},
			prop.CommentRestriction{Values: []prop.Tagged{number(0x60000003, 1)}, Part: prop.ExistRestriction{Tag: mapi.TagBody}},
		}})}
		actions := acts(a, markAsRead)
		data := prop.Binary(make([]byte, 2000)) // more than other tables show of a value
		one[*rop.ModifyRulesResponse](w, modifyRules(mapi.RulesReplace, namedRule("x", 1, 1, condition, actions,
			prop.Tagged{Tag: mapi.TagRuleProviderData, Value: data}, number(mapi.TagRuleUserFlags, 0xFFFFFFFF))))
		row := w.rules()[0].Values
		for at, want := range map[int]prop.Value{3: prop.Uint32(0xFFFFFFFF), 4: condition.Value, 5: actions.Value, 8: prop.Uint32(0), 9: data} {
			var sent, came wire.Writer
			prop.ROPForm.WriteValue(&sent, want)
			prop.ROPForm.WriteValue(&came, row[at])
			if string(sent.Buf) != string(came.Buf) {
				t.Errorf("action %d: column %d: sent %x, came %x", i, at, sent.Buf, came.Buf)
			}
		}
	}
}

// TestModifyRulesRefused: any mistake leaves all rules as they were, [MS-OXORULE] 3.2.5.2.
func TestModifyRulesRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	one[*rop.ModifyRulesResponse](w, modifyRules(0, namedRule("there", 1, 1)))
	id := ruleID(w.rules()[0])
	bad := func(a prop.RuleAction) rop.RuleData { return namedRule("x", 1, 1, acts(a)) }
	rcpt := func(tags ...mapi.PropTag) prop.RuleAction {
		var r prop.ActionRecipient
		for _, tag := range tags {
			v := prop.String("x")
			if tag == mapi.TagRecipientType {
				v = prop.Uint32(1)
			}
			r.Props = append(r.Props, prop.Tagged{Tag: tag, Value: v})
		}
		return prop.RuleAction{Type: prop.OpForward, Data: prop.ForwardData{Recipients: []prop.ActionRecipient{r}}}
	}
	complete := rcpt(mapi.TagDisplayName, mapi.TagEmailAddress, mapi.TagRecipientType)
	flavored := func(a prop.RuleAction, flavor uint32) prop.RuleAction { a.Flavor = flavor; return a }
	unknown := prop.Tagged{Tag: mapi.TagRuleId, Value: prop.Int64(77)}
	for name, tt := range map[string]struct {
		flags uint8
		row   rop.RuleData
		want  mapi.ErrorCode
	}{
		"UnknownFlags":           {0x02, namedRule("x", 1, 1), mapi.ErrInvalidParameter},
		"UnknownRowFlags":        {0, ruleRow(0x03, id), mapi.ErrInvalidParameter},
		"ReplaceWithModify":      {mapi.RulesReplace, ruleRow(mapi.RuleModify, id), mapi.ErrInvalidParameter},
		"ReplaceWithRemove":      {mapi.RulesReplace, ruleRow(mapi.RuleRemove, id), mapi.ErrInvalidParameter},
		"AddWithID":              {0, namedRule("x", 1, 1, id), mapi.ErrInvalidParameter},
		"AddWithoutActions":      {0, ruleRow(mapi.RuleAdd, text(mapi.TagRuleProvider, "x")), mapi.ErrInvalidParameter},
		"AddWithoutProvider":     {0, ruleRow(mapi.RuleAdd, acts(markAsRead)), mapi.ErrInvalidParameter},
		"EmptyProvider":          {0, namedRule("x", 1, 1, text(mapi.TagRuleProvider, "")), mapi.ErrInvalidParameter},
		"ModifyWithoutID":        {0, ruleRow(mapi.RuleModify, number(mapi.TagRuleState, 1)), mapi.ErrInvalidParameter},
		"RemoveWithoutID":        {0, ruleRow(mapi.RuleRemove), mapi.ErrInvalidParameter},
		"ModifyUnknown":          {0, ruleRow(mapi.RuleModify, unknown), mapi.ErrNotFound},
		"RemoveUnknown":          {0, ruleRow(mapi.RuleRemove, unknown), mapi.ErrNotFound},
		"Level":                  {0, namedRule("x", 1, 1, number(mapi.TagRuleLevel, 1)), mapi.ErrInvalidParameter},
		"WrongType":              {0, namedRule("x", 1, 1, tagged(mapi.TagRuleSequence.ID(), prop.Int64(1))), mapi.ErrInvalidParameter},
		"NoActions":              {0, namedRule("x", 1, 1, acts()), mapi.ErrInvalidParameter},
		"UnknownAction":          {0, bad(prop.RuleAction{Type: 0x0C, Data: prop.OpaqueData{}}), mapi.ErrInvalidParameter},
		"DeleteWithData":         {0, bad(prop.RuleAction{Type: prop.OpDelete, Data: prop.OpaqueData{Bytes: []byte{1}}}), mapi.ErrInvalidParameter},
		"BounceCode":             {0, bad(prop.RuleAction{Type: prop.OpBounce, Data: prop.BounceData{Code: 1}}), mapi.ErrInvalidParameter},
		"MoveWithoutServerID":    {0, bad(prop.RuleAction{Type: prop.OpMove, Data: prop.MoveCopyData{FolderInThisStore: true, StoreEID: []byte{1}, FolderEID: make([]byte, 21)}}), mapi.ErrInvalidParameter},
		"MoveToAMessage":         {0, bad(prop.RuleAction{Type: prop.OpMove, Data: prop.MoveCopyData{FolderInThisStore: true, StoreEID: []byte{1}, FolderEID: append([]byte{1, 1, 0, 1, 1, 1, 1, 1, 1, 9}, make([]byte, 11)...)}}), mapi.ErrInvalidParameter},
		"ForwardToNobody":        {0, bad(prop.RuleAction{Type: prop.OpForward, Data: prop.ForwardData{}}), mapi.ErrInvalidParameter},
		"ForwardWithoutAddress":  {0, bad(rcpt(mapi.TagDisplayName, mapi.TagRecipientType)), mapi.ErrInvalidParameter},
		"ForwardWithoutName":     {0, bad(rcpt(mapi.TagEmailAddress, mapi.TagRecipientType)), mapi.ErrInvalidParameter},
		"ForwardWithoutType":     {0, bad(rcpt(mapi.TagDisplayName, mapi.TagEmailAddress)), mapi.ErrInvalidParameter},
		"ForwardAttachedAndKept": {0, bad(flavored(complete, 5)), mapi.ErrInvalidParameter},
		"ForwardTextAndKept":     {0, bad(flavored(complete, 9)), mapi.ErrInvalidParameter},
		"ForwardUnknownFlavor":   {0, bad(flavored(complete, 0x10)), mapi.ErrInvalidParameter},
		"ReplyUnknownFlavor":     {0, bad(prop.RuleAction{Type: prop.OpReply, Flavor: 4, Data: prop.ReplyData{}}), mapi.ErrInvalidParameter},
		"FlavorOfAnother":        {0, bad(flavored(markAsRead, 1)), mapi.ErrInvalidParameter},
		"ConditionOnSubObject": {0, namedRule("x", 1, 1, prop.Tagged{Tag: mapi.TagRuleCondition, Value: prop.RestrictionValue(
			prop.NotRestriction{Part: prop.SubObjectRestriction{SubObject: mapi.TagSubject, Part: prop.ExistRestriction{Tag: mapi.TagBody}}})}), mapi.ErrInvalidParameter},
	} {
		// The first row would succeed.
		if got := w.code(modifyRules(tt.flags, namedRule("fine", 0, 1), tt.row)); got != tt.want {
			t.Errorf("%s: %v, want %v", name, got, tt.want)
		}
	}
	w.expectRules("1 1 there")
	if got := w.code(modifyRules(0, bad(complete))); got != mapi.Success {
		t.Errorf("the recipient that the others come from: %v", got)
	}
}

// TestModifyRulesState: two bits are the server's; those that no client may set stay 0, [MS-OXORULE] 2.2.1.3.1.3. Two more
// are those of Exchange 2007.
func TestModifyRulesState(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]string{"exchange2007": "1 1BD x", "exchange2010-sp1": "1 3D x", "exchange2003": "1 3D x"} {
		w := newWorld(t, withProfile(profile))
		w.inbox()
		one[*rop.ModifyRulesResponse](w, modifyRules(0, namedRule("x", 1, 0xFFFFFFFF)))
		w.expectRules(want)
	}
}

// TestModifyRulesVersions: what only some versions know, [MS-OXORULE] 2.2.5.1.1 <5> and 2.2.5.1.2.4.1 <7>.
func TestModifyRulesVersions(t *testing.T) {
	t.Parallel()
	rcpt := prop.ActionRecipient{Props: []prop.Tagged{text(mapi.TagDisplayName, "x"), text(mapi.TagEmailAddress, "x"), number(mapi.TagRecipientType, 1)}}
	plain := prop.RuleAction{Type: prop.OpForward, Data: prop.ForwardData{Recipients: []prop.ActionRecipient{rcpt}}}
	full := rcpt
	full.Props = append(slices.Clone(rcpt.Props), prop.Tagged{Tag: mapi.TagEntryId, Value: prop.Binary([]byte{1})})
	sms := prop.RuleAction{Type: prop.OpForward, Flavor: 8, Data: prop.ForwardData{Recipients: []prop.ActionRecipient{full}}}
	for profile, want := range map[string]struct{ sms, plain mapi.ErrorCode }{
		"exchange2003": {mapi.ErrInvalidParameter, mapi.ErrInvalidParameter}, "exchange2007": {mapi.ErrInvalidParameter, mapi.ErrInvalidParameter},
		"exchange2010-rtm": {0, 0}, "exchange2010-sp1": {0, 0}, "exchange2013": {0, 0}, "exchange2016": {0, 0},
	} {
		w := newWorld(t, withProfile(profile))
		w.inbox()
		if got := w.code(modifyRules(0, namedRule("x", 1, 1, acts(sms)))); got != want.sms {
			t.Errorf("%s: forward as text: %v", profile, got)
		}
		if got := w.code(modifyRules(0, namedRule("x", 1, 1, acts(plain)))); got != want.plain {
			t.Errorf("%s: forward without entry id: %v", profile, got)
		}
	}
}

// TestModifyRulesLimits: rules over the limit are refused; some versions save what fits, [MS-OXORULE] 3.2.5.2 <20> <21>.
func TestModifyRulesLimits(t *testing.T) {
	t.Parallel()
	large := func(name string) rop.RuleData {
		return namedRule(name, 1, 1, prop.Tagged{Tag: mapi.TagRuleProviderData, Value: prop.Binary(make([]byte, 14<<10))})
	}
	for profile, want := range map[string]struct {
		fit, after int // so many are let in, so many are there after one more than fits and one small one
	}{
		"exchange2003": {2, 2}, "exchange2007": {18, 18}, "exchange2010-sp1": {18, 18}, "exchange2013": {18, 19},
	} {
		w := newWorld(t, withProfile(profile))
		w.inbox()
		n := 0
		for n < want.fit && w.code(modifyRules(0, large(fmt.Sprint(n)))) == mapi.Success {
			n++
		}
		if n != want.fit {
			t.Errorf("%s: only %d rules fit", profile, n)
		}
		if got := w.code(modifyRules(0, large("over"), namedRule("small", 9, 1))); got != mapi.ErrMemory {
			t.Errorf("%s: one more: %v", profile, got)
		}
		count := one[*rop.QueryPositionResponse](w, w.rulesPosition())
		if int(count.Denominator) != want.after {
			t.Errorf("%s: %d rules after, want %d", profile, count.Denominator, want.after)
		}
	}
	w := newWorld(t)
	w.inbox()
	var many []rop.RuleData
	for i := range 500 {
		many = append(many, ruleRow(mapi.RuleAdd, text(mapi.TagRuleProvider, "x"), acts(markAsRead), number(mapi.TagRuleSequence, uint32(i))))
	}
	one[*rop.ModifyRulesResponse](w, modifyRules(0, many...))
	if got := w.code(modifyRules(0, namedRule("disabled", 1, 0))); got != mapi.ErrMemory {
		t.Errorf("one more disabled rule: %v", got)
	}
	if got := w.code(modifyRules(0, namedRule("enabled", 1, 1))); got != mapi.Success {
		t.Errorf("one more enabled rule: %v", got)
	}
}

// rulesPosition opens a rules table at index 7 and asks for its position.
func (w *world) rulesPosition() *rop.QueryPositionRequest {
	w.t.Helper()
	w.run(&rop.ReleaseRequest{In: in(7)})
	one[*rop.GetRulesTableResponse](w, &rop.GetRulesTableRequest{InOut: inOut(1, 7)})
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(7), PropertyTags: ruleColumns[:1]})
	return &rop.QueryPositionRequest{In: in(7)}
}

// TestRulesTable: what the table can do besides rows, [MS-OXCTABL] 3.2.5.3 to 3.2.5.15.
func TestRulesTable(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.inbox()
	one[*rop.ModifyRulesResponse](w, modifyRules(0, namedRule("one", 1, 1), namedRule("two", 2, 0), namedRule("three", 3, 1),
		namedRule("foreign", 4, 1, text(mapi.TagRuleProvider, "Other"))))
	w.rulesPosition()
	one[*rop.SetColumnsResponse](w, &rop.SetColumnsRequest{In: in(7), PropertyTags: []mapi.PropTag{mapi.TagRuleName.WithType(mapi.PtypString8), mapi.TagSubject}})
	read := func(n uint16, forward bool) (out []string) {
		for _, row := range one[*rop.QueryRowsResponse](w, &rop.QueryRowsRequest{In: in(7), ForwardRead: forward, RowCount: n}).Rows {
			out = append(out, row.Values[0].Str())
			if row.Values[1].ErrorCode() != mapi.ErrNotFound {
				t.Errorf("a subject: %v", row.Values[1])
			}
		}
		return out
	}
	if got := read(2, true); !slices.Equal(got, []string{"one", "two"}) {
		t.Errorf("first rows %v", got)
	}
	if p := one[*rop.QueryPositionResponse](w, &rop.QueryPositionRequest{In: in(7)}); p.Numerator != 2 || p.Denominator != 4 {
		t.Errorf("position %d/%d", p.Numerator, p.Denominator)
	}
	one[*rop.SeekRowResponse](w, &rop.SeekRowRequest{In: in(7), Origin: mapi.BookmarkEnd})
	if got := read(2, false); !slices.Equal(got, []string{"foreign", "three"}) {
		t.Errorf("last rows %v", got)
	}
	disabled := prop.BitMaskRestriction{RelOp: prop.BitsEqualZero, Tag: mapi.TagRuleState, Mask: mapi.RuleEnabled}
	f := one[*rop.FindRowResponse](w, &rop.FindRowRequest{In: in(7), Restriction: disabled, Origin: mapi.BookmarkBeginning})
	if f.RowData == nil || f.RowData.Values[0].Str() != "two" {
		t.Errorf("found %v", f.RowData)
	}
	provider := prop.PropertyRestriction{RelOp: prop.RelOpEQ, Tag: mapi.TagRuleProvider, Value: text(mapi.TagRuleProvider, "RuleOrganizer")}
	one[*rop.RestrictResponse](w, &rop.RestrictRequest{In: in(7), Restriction: provider})
	if got := read(9, true); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("restricted %v", got)
	}
	if got := w.code(&rop.FindRowRequest{In: in(7), Origin: mapi.BookmarkBeginning, Restriction: prop.ExistRestriction{Tag: mapi.TagSubject}}); got != mapi.ErrNotFound {
		t.Errorf("find nothing: %v", got)
	}
	for _, req := range []rop.Request{
		&rop.SortTableRequest{In: in(7), SortOrders: []prop.SortOrder{{Tag: mapi.TagRuleName}}}, &rop.CreateBookmarkRequest{In: in(7)},
		&rop.ResetTableRequest{In: in(7)}, &rop.ExpandRowRequest{In: in(7)},
	} {
		if got := w.code(req); got != mapi.ErrNoSupport {
			t.Errorf("%T: %v", req, got)
		}
	}
	tags := one[*rop.QueryColumnsAllResponse](w, &rop.QueryColumnsAllRequest{In: in(7)}).PropertyTags
	if len(tags) != len(ruleColumns) {
		t.Errorf("columns %v", tags)
	}
}

// TestGetRulesTableFlags: unknown flags, [MS-OXORULE] 2.2.2.1 <3>.
func TestGetRulesTableFlags(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]mapi.ErrorCode{
		"exchange2003": mapi.ErrNoSupport, "exchange2007": mapi.Success, "exchange2010-sp1": mapi.ErrNoSupport, "exchange2016": mapi.ErrNoSupport,
	} {
		w := newWorld(t, withProfile(profile))
		w.inbox()
		for flags, want := range map[uint8]mapi.ErrorCode{0: 0, mapi.TableUseUnicode: 0, 0x01: want, 0x42: want} {
			if got := w.code(&rop.GetRulesTableRequest{InOut: inOut(1, 2), TableFlags: flags}); got != want {
				t.Errorf("%s: %02X: %v, want %v", profile, flags, got, want)
			}
		}
		if got := w.code(&rop.GetRulesTableRequest{InOut: inOut(0, 2)}); got != mapi.ErrNoSupport {
			t.Errorf("%s: on a logon: %v", profile, got)
		}
	}
}

// TestHasRules: PidTagHasRules, PidTagFolderFlags and RopOpenFolder tell of rules where the version does, [MS-OXORULE]
// 2.2.8.1 <12> and [MS-OXCFOLD] 2.2.1.1.2 <2>.
func TestHasRules(t *testing.T) {
	t.Parallel()
	for profile, want := range map[string]struct{ property, open bool }{
		"exchange2007": {true, false}, "exchange2010-sp1": {true, true}, "exchange2013": {false, true}, "exchange2016": {true, false},
	} {
		w := newWorld(t, withProfile(profile))
		l := w.inbox()
		look := func() (property, flag, open bool) {
			v := w.props(1, mapi.TagHasRules, mapi.TagFolderFlags)
			o := one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 5), FolderID: l.FolderIDs[fidInbox]})
			return v[0].Bool(), uint32(v[1].Bits())&mapi.FolderFlagRules != 0, o.HasRules
		}
		if p, f, o := look(); p || f || o {
			t.Errorf("%s: without rules: %v, %v, %v", profile, p, f, o)
		}
		one[*rop.ModifyRulesResponse](w, modifyRules(0, namedRule("x", 1, 1)))
		if p, f, o := look(); p != want.property || !f || o != want.open {
			t.Errorf("%s: with rules: %v, %v, %v", profile, p, f, o)
		}
		one[*rop.ModifyRulesResponse](w, modifyRules(mapi.RulesReplace))
		if p, f, o := look(); p || f || o {
			t.Errorf("%s: without rules again: %v, %v, %v", profile, p, f, o)
		}
	}
}

// TestRulesOfPublicFolders: actions that need a mailbox are refused, [MS-OXORULE] 2.2.5.1.1.
func TestRulesOfPublicFolders(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.openPublic("Announcements", true)
	for _, a := range []prop.RuleAction{
		{Type: prop.OpMove, Data: prop.MoveCopyData{StoreEID: []byte{1}, FolderEID: []byte{1}}},
		{Type: prop.OpCopy, Data: prop.MoveCopyData{StoreEID: []byte{1}, FolderEID: []byte{1}}},
		{Type: prop.OpDeferAction, Data: prop.OpaqueData{}},
	} {
		if got := w.code(modifyRules(0, namedRule("x", 1, 1, acts(a)))); got != mapi.ErrInvalidParameter {
			t.Errorf("action %d: %v", a.Type, got)
		}
	}
	one[*rop.ModifyRulesResponse](w, modifyRules(0, namedRule("x", 1, 1)))
	w.expectRules("1 1 x")
	if got := w.code(&rop.UpdateDeferredActionMessagesRequest{In: in(0)}); got != mapi.ErrNoSupport {
		t.Errorf("RopUpdateDeferredActionMessages: %v", got)
	}
}

// TestExtendedRules are associated messages whose conditions and actions are kept as they are, up to a size that the
// logon tells, [MS-OXORULE] 2.2.4.
func TestExtendedRules(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.inbox()
	limit := int(w.props(0, mapi.TagExtendedRuleSizeLimit)[0].Int())
	one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(1, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[fidInbox], AssociatedFlag: true})
	var condition, actions wire.Writer
	prop.WriteExtendedRuleCondition(&condition, prop.ExtendedRuleCondition{
		Names:     []prop.NamedProperty{{ID: 0x8000, Name: prop.Name{Kind: prop.NameString, Text: "x-spam"}}},
		Condition: prop.ExistRestriction{Tag: 0x8000001F},
	})
	prop.WriteExtendedRuleActions(&actions, prop.ExtendedRuleActions{Version: prop.ExtendedRuleVersion, Actions: prop.RuleActions{Actions: []prop.RuleAction{
		{Type: prop.OpMove, Data: prop.MoveCopyData{FolderInThisStore: true, StoreEID: []byte{1}, FolderEID: make([]byte, 46)}},
	}}})
	w.set(3, text(mapi.TagMessageClass, "IPM.ExtendedRule.Message"), text(mapi.TagRuleMessageName, "junk"),
		number(mapi.TagRuleMessageState, 0x31), prop.Tagged{Tag: mapi.TagExtendedRuleMessageCondition, Value: prop.Binary(condition.Buf)},
		prop.Tagged{Tag: mapi.TagExtendedRuleMessageActions, Value: prop.Binary(actions.Buf)})
	id := w.save(3)
	w.openAt(4, id, mapi.OpenModeReadWrite)
	v := w.props(4, mapi.TagExtendedRuleMessageCondition, mapi.TagExtendedRuleMessageActions, mapi.TagRuleMessageState)
	if v[0].Str() != string(condition.Buf) || v[1].Str() != string(actions.Buf) || v[2].Bits() != 0x31 {
		t.Errorf("%x, %x, %v", v[0].Str(), v[1].Str(), v[2])
	}
	r := wire.NewReader([]byte(v[0].Str()))
	if got := prop.ReadExtendedRuleCondition(r); r.Err() != nil || len(got.Names) != 1 {
		t.Errorf("condition %v: %v", got, r.Err())
	}
	for size, want := range map[int]mapi.ErrorCode{limit: mapi.Success, limit + 1: mapi.ErrTooBig} {
		w.writeValue(4, mapi.TagExtendedRuleMessageCondition, make([]byte, size))
		if got := w.code(saveRequest(4, mapi.SaveKeepOpenReadWrite)); got != want {
			t.Errorf("a condition of %d bytes: %v, want %v", size, got, want)
		}
		w.openAt(4, id, mapi.OpenModeReadWrite)
	}
	if w.props(1, mapi.TagHasRules)[0].Bool() {
		t.Error("an extended rule counts as a standard one")
	}
}

// writeValue writes a property of the object at an index as a stream at index 6.
func (w *world) writeValue(index uint8, tag mapi.PropTag, data []byte) {
	w.t.Helper()
	one[*rop.OpenStreamResponse](w, &rop.OpenStreamRequest{InOut: inOut(index, 6), PropertyTag: tag, OpenModeFlags: mapi.OpenModeCreate})
	for len(data) > 0 {
		n := min(len(data), 16<<10)
		one[*rop.WriteStreamResponse](w, &rop.WriteStreamRequest{In: in(6), Data: data[:n]})
		data = data[n:]
	}
	one[*rop.CommitStreamResponse](w, &rop.CommitStreamRequest{In: in(6)})
	w.run(&rop.ReleaseRequest{In: in(6)})
}

// TestUpdateDeferredActionMessages: every deferred action message of the message learns what the client calls it,
// [MS-OXORULE] 3.2.5.4.
func TestUpdateDeferredActionMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	l := w.logOn()
	server, other, client := make([]byte, 21), make([]byte, 21), []byte("what the client calls it")
	server[0], server[5], other[0], other[5] = 1, 7, 1, 8
	var ids []mapi.ID
	for _, of := range [][]byte{server, other, server} {
		one[*rop.CreateMessageResponse](w, &rop.CreateMessageRequest{InOut: inOut(0, 3), CodePageID: 0x0FFF, FolderID: l.FolderIDs[1]})
		w.set(3, text(mapi.TagMessageClass, "IPC.Microsoft Exchange 4.0.Deferred Action"), tagged(mapi.TagDamBackPatched.ID(), prop.Bool(false)),
			tagged(mapi.TagDamOriginalEntryId.ID(), prop.Binary([]byte("before"))), tagged(mapi.TagDeferredActionMessageOriginalEntryId.ID(), prop.ServerID(of)))
		ids = append(ids, w.save(3))
	}
	one[*rop.UpdateDeferredActionMessagesResponse](w, &rop.UpdateDeferredActionMessagesRequest{In: in(0), ServerEntryID: server, ClientEntryID: client})
	for i, want := range []string{string(client), "before", string(client)} {
		w.openAt(3, ids[i], mapi.OpenModeReadOnly)
		v := w.props(3, mapi.TagDamOriginalEntryId, mapi.TagDamBackPatched)
		if v[0].Str() != want || v[1].Bool() != (want != "before") {
			t.Errorf("message %d: %q, %v", i, v[0].Str(), v[1])
		}
	}
	// One that nobody knows changes nothing, and is no error.
	one[*rop.UpdateDeferredActionMessagesResponse](w, &rop.UpdateDeferredActionMessagesRequest{In: in(0), ServerEntryID: []byte{9}, ClientEntryID: client})
	w.run(&rop.ReleaseRequest{In: in(1)})
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: l.FolderIDs[fidInbox]})
	if got := w.code(&rop.UpdateDeferredActionMessagesRequest{In: in(1), ServerEntryID: server}); got != mapi.ErrNoSupport {
		t.Errorf("on a folder: %v", got)
	}
}

// TestRulesNeedOwner: who does not own the folder neither reads nor changes its rules.
func TestRulesNeedOwner(t *testing.T) {
	t.Parallel()
	for rights, want := range map[uint32]mapi.ErrorCode{mapi.RolePublishingEditor: mapi.ErrAccessDenied, mapi.RoleOwner: mapi.Success} {
		w := newWorld(t)
		inbox := w.inbox().FolderIDs[fidInbox]
		one[*rop.ModifyPermissionsResponse](w, modifyPermissions(0, w.permission(mapi.PermissionAdd, "bob", 0, rights)))
		b := w.with("bob")
		one[*rop.LogonResponse](b, delegateRequest(aliceDN))
		one[*rop.OpenFolderResponse](b, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: inbox})
		for _, req := range []rop.Request{&rop.GetRulesTableRequest{InOut: inOut(1, 2)}, modifyRules(0, namedRule("x", 1, 1))} {
			if got := b.code(req); got != want {
				t.Errorf("%03X: %T: %v, want %v", rights, req, got, want)
			}
		}
		if got := b.code(&rop.UpdateDeferredActionMessagesRequest{In: in(0)}); got != mapi.ErrAccessDenied {
			t.Errorf("%03X: RopUpdateDeferredActionMessages: %v", rights, got)
		}
	}
}

// openPublic logs on to the public folders and opens one of them at index 1.
func (w *world) openPublic(name string, admin bool) mapi.ID {
	w.t.Helper()
	w.publicLogon(admin)
	id, _ := w.publicFolder(name)
	one[*rop.OpenFolderResponse](w, &rop.OpenFolderRequest{InOut: inOut(0, 1), FolderID: id})
	return id
}
