package emsmdb

import (
	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/trace"
	"github.com/mapid/mapid/server/emsmdb/exec"
)

// observer returns what tells the trace of the ROPs of one call, nil while nobody reads it.
func (s *Service) observer(caller auth.Caller, ses *session) func(exec.Done) {
	hub := s.opts.Trace
	if hub == nil || !hub.Active() {
		return nil
	}
	ses.mu.Lock()
	client := ses.client.Process
	ses.mu.Unlock()
	return func(d exec.Done) {
		op := &trace.Op{
			Call: caller.Call, Session: uint64(ses.id), User: ses.account, Client: client, IsROP: true,
			Index: d.Index, Input: d.Input, Output: d.Output, Code: d.Code, Dur: d.Dur,
		}
		if d.Request != nil {
			op.Name, op.Request = d.Request.RopID().String(), d.Request
		} else { // what the server tells of its own accord
			op.Name = d.Response.RopID().String()
		}
		if d.Response != nil {
			op.Response = d.Response
		}
		if d.Err != nil {
			op.Err = d.Err.Error()
		}
		hub.Operation(caller.Conn, op)
	}
}
