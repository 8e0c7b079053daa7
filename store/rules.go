package store

import "github.com/mapid/mapid/internal/prop"

// RuleReader reads the rules of folders: the standard ones of [MS-OXORULE] 2.2.1.3. Extended rules are associated
// messages and need nothing of their own.
type RuleReader interface {
	// Rules lists the rules of a folder by sequence, then id. A folder that is not there has none.
	Rules(folder FolderID) ([]Rule, error)
	// HasRules reports whether a folder has any.
	HasRules(folder FolderID) (bool, error)
}

// RuleWriter changes the rules of folders.
type RuleWriter interface {
	// SetRules replaces the rules of a living folder, which thereby changes; rules without an id get one that no rule
	// had before. A value that would not read back the same is refused with ErrDenied.
	SetRules(folder FolderID, rules []Rule) error
}

// RuleID names a rule. It is a counter of the store's replica, as the ids of folders and messages are.
type RuleID uint64

// Rule is one standard rule of a folder.
type Rule struct {
	ID       RuleID
	Sequence int32  // PidTagRuleSequence: rules run in ascending order
	State    uint32 // PidTagRuleState
	// Props are the other properties, among them PidTagRuleCondition and PidTagRuleActions, ascending by property id.
	Props []prop.Tagged
}
