package table

import "github.com/mapid/mapid/internal/mapi"

// Kind is a kind of table.
type Kind uint8

// Kinds of tables.
const (
	Contents Kind = iota
	Hierarchy
	Attachments
	Permissions
	Rules
)

// op is what only some kinds of tables can do, in sets of several.
type op uint8

const (
	opSort op = 1 << iota
	opRestrict
	opFind
	opBookmark
	opCategories // expand and collapse
	opAbort
	opReset
)

// ops says what each kind can do besides what all can; the rest is ErrNoSupport, [MS-OXCTABL] 3.2.5.3 to 3.2.5.20.
var ops = [...]op{
	Contents:    opSort | opRestrict | opFind | opBookmark | opCategories | opAbort | opReset,
	Hierarchy:   opRestrict | opFind | opBookmark | opAbort,
	Attachments: 0,
	Permissions: 0,
	Rules:       opRestrict | opFind,
}

// can refuses what a table of the kind cannot do.
func (t *Table) can(op op) error {
	if ops[t.src.Kind()]&op == 0 {
		return mapi.ErrNoSupport
	}
	return nil
}

// prepared refuses what needs columns in versions that look at it, [MS-OXCTABL] 3.2.5.2.
func (t *Table) prepared() error {
	if t.columns == nil && t.profile.NeedsColumns {
		return mapi.ErrNullObject
	}
	return nil
}

// usual are the columns of a table whose client chose none, where a version allows that.
func (k Kind) usual() []mapi.PropTag {
	switch k {
	case Contents:
		return []mapi.PropTag{mapi.TagFolderId, mapi.TagMid, mapi.TagInstID, mapi.TagInstanceNum}
	case Hierarchy:
		return []mapi.PropTag{mapi.TagFolderId, mapi.TagDisplayName}
	case Attachments:
		return []mapi.PropTag{mapi.TagAttachNumber}
	case Permissions:
		return []mapi.PropTag{mapi.TagMemberId, mapi.TagMemberName, mapi.TagMemberRights}
	case Rules:
		return []mapi.PropTag{mapi.TagRuleId, mapi.TagRuleName}
	}
	return nil
}
