package app

import (
	"context"

	"github.com/mapid/mapid/server/admin"
)

// controller is a server as the admin API sees it. It implements admin.Controller.
type controller struct {
	*server
}

// Name is the computer name.
func (c controller) Name() string { return c.cfg.Name }

// RPCClientAccess tells the settings in force.
func (c controller) RPCClientAccess() admin.RPCClientAccess {
	s, policy := c.live.current().rpc, c.live.policy.Load()
	blocked := s.BlockedClientVersions
	if blocked == nil {
		blocked = []string{}
	}
	return admin.RPCClientAccess{
		Server: c.cfg.Name, EncryptionRequired: policy.EncryptionRequired, BlockedClientVersions: blocked,
		MaximumConnections: s.MaximumConnections, Compression: s.Compression, XOR: s.XOR, Strict: s.Strict,
		PushAnyAddress: s.PushAnyAddress,
	}
}

// ChangeRPCClientAccess changes what the next connect obeys.
func (c controller) ChangeRPCClientAccess(change admin.RPCClientAccessChange) (admin.RPCClientAccess, error) {
	err := c.live.change(context.Background(), func(s *settings) { changeRPC(&s.rpc, c.live.initial.rpc, change) })
	if err != nil {
		return admin.RPCClientAccess{}, admin.Invalid(err)
	}
	return c.RPCClientAccess(), nil
}

// Advertise tells what clients are told, and the truth.
func (c controller) Advertise() admin.Advertise {
	s := c.live.current().advertise
	out := admin.Advertise{Server: c.cfg.Name, Host: s.Host, EMSMDB: s.EMSMDB, NSPI: s.NSPI}
	for i, to := range []*int{&out.Actual.EPM, &out.Actual.EMSMDB, &out.Actual.NSPI} {
		*to = int(c.listeners[i].Port())
	}
	return out
}

// ChangeAdvertise changes what clients are told.
func (c controller) ChangeAdvertise(change admin.AdvertiseChange) (admin.Advertise, error) {
	initial := c.live.initial.advertise
	err := c.live.change(context.Background(), func(s *settings) {
		change.Host.Apply(&s.advertise.Host, initial.Host)
		change.EMSMDB.Apply(&s.advertise.EMSMDB, initial.EMSMDB)
		change.NSPI.Apply(&s.advertise.NSPI, initial.NSPI)
	})
	if err != nil {
		return admin.Advertise{}, admin.Invalid(err)
	}
	return c.Advertise(), nil
}

// Sessions lists who is on.
func (c controller) Sessions() []admin.Session {
	var out []admin.Session
	for _, s := range c.emsmdb.Sessions() {
		out = append(out, admin.Session{
			Server: c.cfg.Name, ID: uint64(s.ID), User: s.User, Remote: s.Remote, Local: s.Local, Transport: s.Transport,
			Service: s.Service, Level: s.Level, ClientVersion: s.ClientVersion,
			Client: admin.SessionClient{
				Process: s.Client.Process, Machine: s.Client.Machine, User: s.Client.User, Mode: s.Client.Mode.String(), IP: s.Client.IP,
			},
			Started: s.Started, Last: s.Last, Calls: s.Calls, BytesIn: s.BytesIn, BytesOut: s.BytesOut, Waiting: s.Waiting,
		})
	}
	return out
}
