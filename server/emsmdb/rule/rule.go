// Package rule checks and changes the standard rules of folders, [MS-OXORULE] 2.2.1. It knows no handle, no right and no
// store but its types; it does not run rules.
package rule

import (
	"slices"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/profile"
	"github.com/mapid/mapid/internal/prop"
	"github.com/mapid/mapid/internal/wire"
	"github.com/mapid/mapid/store"
)

// Columns are the properties of rules, which are the columns of rules tables, [MS-OXORULE] 2.2.1.3.1.
var Columns = []mapi.PropTag{
	mapi.TagRuleId, mapi.TagRuleSequence, mapi.TagRuleState, mapi.TagRuleUserFlags, mapi.TagRuleCondition, mapi.TagRuleActions,
	mapi.TagRuleProvider, mapi.TagRuleName, mapi.TagRuleLevel, mapi.TagRuleProviderData,
}

// replicaOfRules is the replica id in PidTagRuleId.
const replicaOfRules = 1

// Row gives all properties of a rule.
func Row(r *store.Rule) []prop.Tagged {
	return append([]prop.Tagged{
		{Tag: mapi.TagRuleId, Value: prop.ID(mapi.NewID(replicaOfRules, uint64(r.ID)))},
		{Tag: mapi.TagRuleSequence, Value: prop.Int32(r.Sequence)}, {Tag: mapi.TagRuleState, Value: prop.Uint32(r.State)},
	}, r.Props...)
}

// Change is one change of a list of rules, [MS-OXORULE] 2.2.1.3: a RuleData.
type Change struct {
	Flags uint8 // one of mapi.RuleAdd, RuleModify and RuleRemove
	Props []prop.Tagged
}

// Options say what rules a folder may have.
type Options struct {
	Profile *profile.Rules
	// Public says that the folder is a public one, where some actions make no sense.
	Public bool
	// Text turns 8-bit text of the client into Unicode.
	Text func(string) string
}

// Apply changes a list of rules as RopModifyRules says, [MS-OXORULE] 3.2.5.2. The result is to be saved if there is no
// error, and also, if save says so, with an error: some versions keep what fits of a list that is too long.
func Apply(list []store.Rule, flags uint8, changes []Change, o Options) (after []store.Rule, save bool, err error) {
	if flags&^mapi.RulesReplace != 0 {
		return nil, false, mapi.ErrInvalidParameter
	}
	replace := flags&mapi.RulesReplace != 0
	after = slices.Clone(list)
	if replace {
		after = nil
	}
	var full error
	for i := range changes {
		c := &changes[i]
		var next []store.Rule
		switch {
		case c.Flags == mapi.RuleAdd:
			next, err = o.add(after, c.Props)
		case replace:
			err = mapi.ErrInvalidParameter
		case c.Flags == mapi.RuleModify:
			next, err = o.modify(after, c.Props)
		case c.Flags == mapi.RuleRemove:
			next, err = o.remove(after, c.Props)
		default:
			err = mapi.ErrInvalidParameter
		}
		if err != nil {
			return nil, false, err
		}
		if o.tooMuch(next) && len(next) >= len(after) {
			full = mapi.ErrMemory
			continue
		}
		after = next
	}
	return after, full == nil || o.Profile.SavesPartOfChanges, full
}

// tooMuch reports whether a list exceeds what a folder may have, [MS-OXORULE] 3.2.5.2 note 20.
func (o *Options) tooMuch(list []store.Rule) bool {
	bytes, disabled := 0, 0
	for i := range list {
		bytes += size(&list[i])
		if list[i].State&mapi.RuleEnabled == 0 {
			disabled++
		}
	}
	return o.Profile.SizeLimit != 0 && bytes > o.Profile.SizeLimit || o.Profile.DisabledLimit != 0 && disabled > o.Profile.DisabledLimit
}

// size is how many bytes a rule counts for: those of its properties as they travel.
func size(r *store.Rule) int {
	var w wire.Writer
	for _, p := range Row(r) {
		prop.WriteTagged(&w, p)
	}
	return w.Len()
}

// add appends a rule, which gets its id from the store.
func (o *Options) add(list []store.Rule, props []prop.Tagged) ([]store.Rule, error) {
	var r store.Rule
	given, err := o.read(props)
	if err != nil {
		return nil, err
	}
	_, named := given[mapi.TagRuleId.ID()]
	_, acts := given[mapi.TagRuleActions.ID()]
	_, provided := given[mapi.TagRuleProvider.ID()]
	if named || !acts || !provided {
		return nil, mapi.ErrInvalidParameter
	}
	o.set(&r, given)
	return append(slices.Clone(list), r), nil
}

// modify changes the properties of a rule that are given.
func (o *Options) modify(list []store.Rule, props []prop.Tagged) ([]store.Rule, error) {
	given, err := o.read(props)
	if err != nil {
		return nil, err
	}
	at, err := indexOf(list, given)
	if err != nil {
		return nil, err
	}
	after := slices.Clone(list)
	r := after[at]
	r.Props = slices.Clone(r.Props)
	o.set(&r, given)
	after[at] = r
	return after, nil
}

func (o *Options) remove(list []store.Rule, props []prop.Tagged) ([]store.Rule, error) {
	given, err := o.read(props)
	if err != nil {
		return nil, err
	}
	at, err := indexOf(list, given)
	if err != nil {
		return nil, err
	}
	return slices.Delete(slices.Clone(list), at, at+1), nil
}

// indexOf finds the rule that PidTagRuleId names. Those just added have no id yet.
func indexOf(list []store.Rule, given map[uint16]prop.Value) (int, error) {
	v, ok := given[mapi.TagRuleId.ID()]
	if !ok {
		return 0, mapi.ErrInvalidParameter
	}
	id := v.ObjectID()
	at := slices.IndexFunc(list, func(r store.Rule) bool {
		return r.ID != 0 && id == mapi.NewID(replicaOfRules, uint64(r.ID))
	})
	if at < 0 {
		return 0, mapi.ErrNotFound
	}
	return at, nil
}

// set puts given properties into a rule. The bits of the state that only the server sets stay, but a rule with another
// condition or other actions has not failed yet.
func (o *Options) set(r *store.Rule, given map[uint16]prop.Value) {
	for id, v := range given {
		switch id {
		case mapi.TagRuleId.ID():
		case mapi.TagRuleSequence.ID():
			r.Sequence = int32(v.Int())
		case mapi.TagRuleState.ID():
			r.State = r.State&serverStates | uint32(v.Bits())&o.clientStates()
		default:
			tag := mapi.Tag(id, v.Type())
			r.Props = slices.DeleteFunc(r.Props, func(p prop.Tagged) bool { return p.Tag.ID() == id })
			r.Props = append(r.Props, prop.Tagged{Tag: tag, Value: v})
		}
	}
	_, condition := given[mapi.TagRuleCondition.ID()]
	_, actions := given[mapi.TagRuleActions.ID()]
	if condition || actions {
		r.State &^= serverStates
	}
	slices.SortFunc(r.Props, func(a, b prop.Tagged) int { return int(a.Tag.ID()) - int(b.Tag.ID()) })
}

// serverStates are the bits of PidTagRuleState that a client can't set, [MS-OXORULE] 2.2.1.3.1.3.
const serverStates = mapi.RuleError | mapi.RuleParseError

// clientStates are those that a client sets; the others are kept 0.
func (o *Options) clientStates() uint32 {
	states := mapi.RuleEnabled | mapi.RuleOnlyWhenOOF | mapi.RuleKeepOOFHistory | mapi.RuleExitLevel | mapi.RuleSkipIfSCLSafe
	if o.Profile.StateBits2007 {
		states |= mapi.RuleDisabledOOF | mapi.RuleOnlyWhenOOF2007
	}
	return states
}
