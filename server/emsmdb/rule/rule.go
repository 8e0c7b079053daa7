// Package rule checks and changes the standard rules of folders, [MS-OXORULE] 2.2.1. It knows no handle, no right and no
// store but its types; it does not run rules.
package rule

import (
	"errors"
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
	e := &edit{Options: o}
	if flags&mapi.RulesReplace == 0 {
		for i := range list {
			e.put(len(e.list), list[i])
		}
	}
	var full error
	for i := range changes {
		c := &changes[i]
		switch {
		case c.Flags == mapi.RuleAdd:
			err = e.add(c.Props)
		case flags&mapi.RulesReplace != 0:
			err = mapi.ErrInvalidParameter
		case c.Flags == mapi.RuleModify:
			err = e.modify(c.Props)
		case c.Flags == mapi.RuleRemove:
			err = e.remove(c.Props)
		default:
			err = mapi.ErrInvalidParameter
		}
		if errors.Is(err, mapi.ErrMemory) {
			full, err = err, nil
		}
		if err != nil {
			return nil, false, err
		}
	}
	return e.list, full == nil || o.Profile.SavesPartOfChanges, full
}

// edit is a list of rules that is being changed, with what it takes.
type edit struct {
	Options
	list            []store.Rule
	bytes, disabled int
}

// count adds what a rule takes, or with -1 takes it off.
func (e *edit) count(r *store.Rule, sign int) {
	e.bytes += sign * size(r)
	if r.State&mapi.RuleEnabled == 0 {
		e.disabled += sign
	}
}

// put puts a rule at a place in the list, which may be its end.
func (e *edit) put(at int, r store.Rule) {
	if at == len(e.list) {
		e.list = append(e.list, r)
	} else {
		e.count(&e.list[at], -1)
		e.list[at] = r
	}
	e.count(&r, 1)
}

// tooMuch reports whether the list exceeds what a folder may have, [MS-OXORULE] 3.2.5.2 note 20.
func (e *edit) tooMuch() bool {
	p := e.Profile
	return p.SizeLimit != 0 && e.bytes > p.SizeLimit || p.DisabledLimit != 0 && e.disabled > p.DisabledLimit
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
func (e *edit) add(props []prop.Tagged) error {
	given, err := e.read(props)
	if err != nil {
		return err
	}
	_, named := given[mapi.TagRuleId.ID()]
	_, acts := given[mapi.TagRuleActions.ID()]
	_, provided := given[mapi.TagRuleProvider.ID()]
	if named || !acts || !provided {
		return mapi.ErrInvalidParameter
	}
	var r store.Rule
	e.set(&r, given)
	at := len(e.list)
	if e.put(at, r); e.tooMuch() {
		e.count(&r, -1)
		e.list = e.list[:at]
		return mapi.ErrMemory
	}
	return nil
}

// find reads what is given of a rule, and where in the list that rule is.
func (e *edit) find(props []prop.Tagged) (given map[uint16]prop.Value, at int, err error) {
	if given, err = e.read(props); err != nil {
		return nil, 0, err
	}
	at, err = indexOf(e.list, given)
	return given, at, err
}

// modify changes the properties of a rule that are given. In a list that is too long already a rule may still shrink.
func (e *edit) modify(props []prop.Tagged) error {
	given, at, err := e.find(props)
	if err != nil {
		return err
	}
	before, bytes, disabled := e.list[at], e.bytes, e.disabled
	r := before
	r.Props = slices.Clone(r.Props)
	e.set(&r, given)
	if e.put(at, r); e.tooMuch() && (e.bytes > bytes || e.disabled > disabled) {
		e.put(at, before)
		return mapi.ErrMemory
	}
	return nil
}

func (e *edit) remove(props []prop.Tagged) error {
	_, at, err := e.find(props)
	if err != nil {
		return err
	}
	e.count(&e.list[at], -1)
	e.list = slices.Delete(e.list, at, at+1)
	return nil
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
