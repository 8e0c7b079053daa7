package prop

import (
	"math"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/wire"
)

// actionHead is the number of bytes of ActionType, ActionFlavor and ActionFlags.
const actionHead = 9

// ReadRuleActions reads a RuleAction, [MS-OXORULE] 2.2.5. Each action must fill its block exactly.
func (f Form) ReadRuleActions(r *wire.Reader) RuleActions { return f.readRuleActions(r, 0) }

func (f Form) readRuleActions(r *wire.Reader, depth int) RuleActions {
	if depth >= MaxRestrictionDepth {
		r.Fail(mapi.ErrTooComplex)
	}
	n := r.Count(f.readCount(r), math.MaxInt32, f.countSize()+actionHead)
	a := RuleActions{make([]RuleAction, 0, n)}
	for range n {
		size := r.Count(f.readCount(r), math.MaxInt32, 1)
		block := wire.NewReader(r.Take(size))
		if r.Err() == nil {
			a.Actions = append(a.Actions, f.readAction(block, depth+1))
			if block.Err() == nil && block.Len() > 0 {
				r.Failf("prop: %d bytes left in the block of a rule action", block.Len())
			}
			r.Fail(block.Err())
		}
	}
	if r.Err() != nil {
		return RuleActions{}
	}
	return a
}

func (f Form) readAction(r *wire.Reader, depth int) RuleAction {
	a := RuleAction{Type: ActionType(r.U8()), Flavor: r.U32(), Flags: r.U32()}
	switch a.Type {
	case OpMove, OpCopy:
		d := MoveCopyData{FolderInThisStore: true}
		if f == ROPForm {
			d.FolderInThisStore = r.Bool()
		}
		d.StoreEID = []byte(f.readBinary(r))
		d.FolderEID = []byte(f.readBinary(r))
		a.Data = d
	case OpReply, OpOOFReply:
		var d ReplyData
		if f == ROPForm {
			d.FolderID, d.MessageID = mapi.ID(r.U64()), mapi.ID(r.U64())
		} else {
			d.MessageEID = []byte(f.readBinary(r))
		}
		copy(d.TemplateGUID[:], r.Take(16))
		a.Data = d
	case OpBounce:
		a.Data = BounceData{r.U32()}
	case OpForward, OpDelegate:
		a.Data = f.readForward(r, depth)
	case OpTag:
		a.Data = TagData{f.readTagged(r, depth)}
	default:
		a.Data = OpaqueData{r.Copy(r.Len())}
	}
	return a
}

func (f Form) readForward(r *wire.Reader, depth int) ForwardData {
	n := r.Count(r.U32(), math.MaxInt32, 5)
	d := ForwardData{make([]ActionRecipient, 0, n)}
	for range n {
		rcpt := ActionRecipient{Reserved: r.U8()}
		props := r.Count(r.U32(), math.MaxInt32, 4)
		rcpt.Props = make([]Tagged, 0, props)
		for range props {
			rcpt.Props = append(rcpt.Props, f.readTagged(r, depth))
		}
		d.Recipients = append(d.Recipients, rcpt)
	}
	return d
}

// WriteRuleActions appends a RuleAction.
func (f Form) WriteRuleActions(w *wire.Writer, a RuleActions) {
	f.writeCount(w, len(a.Actions))
	for _, action := range a.Actions {
		if f == ROPForm {
			at := w.Mark16()
			f.writeAction(w, action)
			w.Set16(at, uint16(w.Len()-at-2))
		} else {
			at := w.Mark32()
			f.writeAction(w, action)
			w.Set32(at, uint32(w.Len()-at-4))
		}
	}
}

func (f Form) writeAction(w *wire.Writer, a RuleAction) {
	w.U8(uint8(a.Type))
	w.U32(a.Flavor)
	w.U32(a.Flags)
	switch d := a.Data.(type) {
	case MoveCopyData:
		if f == ROPForm {
			w.Bool(d.FolderInThisStore)
		}
		f.writeBinary(w, string(d.StoreEID))
		f.writeBinary(w, string(d.FolderEID))
	case ReplyData:
		if f == ROPForm {
			w.U64(uint64(d.FolderID))
			w.U64(uint64(d.MessageID))
		} else {
			f.writeBinary(w, string(d.MessageEID))
		}
		w.Put(d.TemplateGUID[:])
	case BounceData:
		w.U32(d.Code)
	case ForwardData:
		w.U32(uint32(len(d.Recipients)))
		for _, rcpt := range d.Recipients {
			w.U8(rcpt.Reserved)
			w.U32(uint32(len(rcpt.Props)))
			for _, t := range rcpt.Props {
				f.WriteTagged(w, t)
			}
		}
	case TagData:
		f.WriteTagged(w, d.Value)
	case OpaqueData:
		w.Put(d.Bytes)
	}
}
