package rop

import (
	"math"

	"github.com/mapid/mapid/internal/wire"
)

// SynchronizationImportReadStateChangesRequest is the RopSynchronizationImportReadStateChanges request, [MS-OXCROPS] 2.2.13.3.1.
// It uploads which messages were read.
type SynchronizationImportReadStateChangesRequest struct {
	In
	MessageReadStates []MessageReadState
}

// RopID implements Message.
func (*SynchronizationImportReadStateChangesRequest) RopID() ID {
	return SynchronizationImportReadStateChanges
}

// Encode implements Message.
func (m *SynchronizationImportReadStateChangesRequest) Encode(w *wire.Writer) {
	m.In.encode(w, SynchronizationImportReadStateChanges)
	at := w.Mark16()
	for _, s := range m.MessageReadStates {
		if w.Len()-at-2+2+len(s.MessageID)+1 > math.MaxUint16 {
			break
		}
		putData16(w, s.MessageID)
		w.Bool(s.MarkAsRead)
	}
	w.Set16(at, uint16(w.Len()-at-2))
}

// Decode implements Message.
func (m *SynchronizationImportReadStateChangesRequest) Decode(d *Decoder) {
	m.In.decode(d)
	readSized(d, int(d.U16()), func(r *wire.Reader) {
		for r.Len() > 0 {
			m.MessageReadStates = append(m.MessageReadStates, MessageReadState{r.Copy(int(r.U16())), r.Bool()})
		}
	})
}

// MessageReadState says whether a message is read, [MS-OXCROPS] 2.2.13.3.1.1.
type MessageReadState struct {
	MessageID  []byte // source key
	MarkAsRead bool
}

// SynchronizationImportReadStateChangesResponse is the RopSynchronizationImportReadStateChanges response, [MS-OXCROPS] 2.2.13.3.2.
type SynchronizationImportReadStateChangesResponse struct {
	ResponseHead
}

// RopID implements Message.
func (*SynchronizationImportReadStateChangesResponse) RopID() ID {
	return SynchronizationImportReadStateChanges
}

// Encode implements Message.
func (m *SynchronizationImportReadStateChangesResponse) Encode(w *wire.Writer) {
	m.ResponseHead.encode(w, SynchronizationImportReadStateChanges)
}

// Decode implements Message.
func (m *SynchronizationImportReadStateChangesResponse) Decode(d *Decoder) {
	m.ResponseHead.decode(d)
}
