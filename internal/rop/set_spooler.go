package rop

import "github.com/mapid/mapid/internal/wire"

// SetSpoolerRequest is the RopSetSpooler request, [MS-OXCROPS] 2.2.7.4.1.
// It declares the client to be the mail spooler of the logon.
type SetSpoolerRequest struct{ In }

// RopID implements Message.
func (*SetSpoolerRequest) RopID() ID { return SetSpooler }

// Encode implements Message.
func (m *SetSpoolerRequest) Encode(w *wire.Writer) { m.In.encode(w, SetSpooler) }

// Decode implements Message.
func (m *SetSpoolerRequest) Decode(d *Decoder) { m.In.decode(d) }

// SetSpoolerResponse is the RopSetSpooler response, [MS-OXCROPS] 2.2.7.4.2.
type SetSpoolerResponse struct{ ResponseHead }

// RopID implements Message.
func (*SetSpoolerResponse) RopID() ID { return SetSpooler }

// Encode implements Message.
func (m *SetSpoolerResponse) Encode(w *wire.Writer) { m.ResponseHead.encode(w, SetSpooler) }

// Decode implements Message.
func (m *SetSpoolerResponse) Decode(d *Decoder) { m.ResponseHead.decode(d) }
