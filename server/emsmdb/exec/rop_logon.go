package exec

import (
	"context"
	"errors"

	"go.uber.org/zap"

	"github.com/mapid/mapid/internal/mapi"
	"github.com/mapid/mapid/internal/rop"
	"github.com/mapid/mapid/server/emsmdb/object"
)

// logonResponseSize is the size of the private response, which is larger than the public one, and of the largest
// redirect.
const logonResponseSize = 1 + 13*8 + 1 + 16 + 2 + 16 + 8 + 8 + 4 + 100

// gwartTime is GwartTime: clients compare it with the one they know to learn whether routes changed, which here they
// never do, [MS-OXCSTOR] 2.2.1.1.3.
const gwartTime = 0

// logon implements RopLogon, [MS-OXCSTOR] 3.2.5.1.
func (e *Executor) logon(ctx context.Context, c *Call, req *rop.LogonRequest) (*rop.LogonResponse, error) {
	l, err := e.env.Logon(ctx, c.Session.facts, object.LogonRequest{
		Flags: req.LogonFlags, OpenFlags: req.OpenFlags, Essdn: req.Essdn, Others: c.Session.otherLogons(c.Header.LogonID),
	})
	if wrong, ok := errors.AsType[*object.WrongServerError](err); ok {
		return &rop.LogonResponse{LogonFlags: echoedFlags(req.LogonFlags), ServerName: wrong.ServerDN}, err
	}
	if errors.Is(err, object.ErrCallFails) {
		return nil, failCall{ErrFault}
	}
	if err != nil {
		c.Session.log.Info("logon refused", zap.String("mailbox", req.Essdn), zap.Error(err))
		return nil, err
	}
	c.setLogon(l)
	resp := &rop.LogonResponse{
		LogonFlags: echoedFlags(req.LogonFlags), FolderIDs: l.FolderIDs(), ReplID: 1, ReplGUID: l.ReplicaGUID(),
	}
	if l.Public() {
		resp.PerUserGUID = l.PerUserGUID()
		c.Session.log.Info("logged on", zap.String("mailbox", l.Name()))
		return resp, nil
	}
	if resp.ResponseFlags, err = l.ResponseFlags(ctx); err != nil {
		return nil, err
	}
	resp.MailboxGUID, resp.LogonTime, resp.GwartTime = l.MailboxGUID(), rop.NewLogonTime(l.At()), gwartTime
	resp.StoreState = l.StoreState()
	c.Session.log.Info("logged on", zap.String("mailbox", l.Name()))
	return resp, nil
}

// echoedFlags are the LogonFlags that come back, [MS-OXCSTOR] 2.2.1.1.3.
func echoedFlags(flags uint8) uint8 {
	return flags & (mapi.LogonPrivate | mapi.LogonUndercover | mapi.LogonGhosted)
}

// otherLogons lists the logons of a session but for the one that would be replaced.
func (s *Session) otherLogons(except uint8) []*object.Logon {
	var out []*object.Logon
	for id := range s.logons {
		if l := s.logon(id); l != nil && id != except {
			out = append(out, l)
		}
	}
	return out
}
