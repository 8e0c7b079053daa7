package prop

import "github.com/mapid/mapid/internal/mapi"

// ActionType is the type of a rule action, [MS-OXORULE] 2.2.5.1.1.
type ActionType uint8

// Action types.
const (
	OpMove        ActionType = 0x01
	OpCopy        ActionType = 0x02
	OpReply       ActionType = 0x03
	OpOOFReply    ActionType = 0x04
	OpDeferAction ActionType = 0x05
	OpBounce      ActionType = 0x06
	OpForward     ActionType = 0x07
	OpDelegate    ActionType = 0x08
	OpTag         ActionType = 0x09
	OpDelete      ActionType = 0x0A
	OpMarkAsRead  ActionType = 0x0B
)

// RuleActions is a PtypRuleAction value, [MS-OXORULE] 2.2.5: at least one action.
type RuleActions struct {
	Actions []RuleAction
}

// RuleAction is an ActionBlock, [MS-OXORULE] 2.2.5.1. Data belongs to Type: MoveCopyData, ReplyData, BounceData,
// ForwardData, TagData, or OpaqueData for the rest.
type RuleAction struct {
	Type   ActionType
	Flavor uint32 // [MS-OXORULE] 2.2.5.1.1
	Flags  uint32 // the client's, kept as they are
	Data   ActionData
}

// ActionData is what an action needs to know.
type ActionData interface{ actionData() }

type (
	// MoveCopyData is the data of OpMove and OpCopy, [MS-OXORULE] 2.2.5.1.2.1. In the extended form
	// FolderInThisStore does not exist: it is set, and FolderEID is a folder entry id.
	MoveCopyData struct {
		FolderInThisStore bool
		StoreEID          []byte
		// FolderEID is a ServerEid of 21 bytes if the folder is in this store, else the client's own.
		FolderEID []byte
	}

	// ReplyData is the data of OpReply and OpOOFReply, [MS-OXORULE] 2.2.5.1.2.2. The extended form names the
	// template by MessageEID, the standard one by FolderID and MessageID.
	ReplyData struct {
		FolderID, MessageID mapi.ID
		MessageEID          []byte
		TemplateGUID        mapi.GUID
	}

	// BounceData is the data of OpBounce, [MS-OXORULE] 2.2.5.1.2.5.
	BounceData struct{ Code uint32 }

	// ForwardData is the data of OpForward and OpDelegate, [MS-OXORULE] 2.2.5.1.2.4.
	ForwardData struct{ Recipients []ActionRecipient }

	// ActionRecipient is a RecipientBlock, [MS-OXORULE] 2.2.5.1.2.4.1.
	ActionRecipient struct {
		Reserved uint8 // 1
		Props    []Tagged
	}

	// TagData is the data of OpTag, [MS-OXORULE] 2.2.5.1.2.6.
	TagData struct{ Value Tagged }

	// OpaqueData is the data of OpDeferAction, which only its client reads, and of actions without data or of
	// unknown type.
	OpaqueData struct{ Bytes []byte }
)

// Bounce codes, [MS-OXORULE] 2.2.5.1.2.5.
const (
	BounceTooLarge      uint32 = 0x0000000D
	BounceFormsMismatch uint32 = 0x0000001F
	BounceAccessDenied  uint32 = 0x00000026
)

func (MoveCopyData) actionData() {}
func (ReplyData) actionData()    {}
func (BounceData) actionData()   {}
func (ForwardData) actionData()  {}
func (TagData) actionData()      {}
func (OpaqueData) actionData()   {}

// RuleActionsValue makes a PtypRuleAction.
func RuleActionsValue(a RuleActions) Value { return Value{typ: mapi.PtypRuleAction, ext: a} }

// RuleActions returns a PtypRuleAction; it has no actions if v is none.
func (v Value) RuleActions() RuleActions {
	a, _ := v.ext.(RuleActions)
	return a
}
