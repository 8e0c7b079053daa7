package mapiclient_test

import (
	"context"
	"errors"
	"testing"

	"github.com/mapid/mapid/auth"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/internal/mapiclient"
)

// who returns an EcDummyRpc that notes who called.
func who(caller *auth.Caller) map[uint16]dcerpc.Op {
	return map[uint16]dcerpc.Op{6: {Name: "EcDummyRpc", Run: func(_ context.Context, call *dcerpc.Call) ([]byte, error) {
		*caller = call.Caller
		return make([]byte, 4), nil
	}}}
}

func TestDialThroughTheEndpointMapper(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var caller auth.Caller
	w.serve(mapiclient.EMSMDB, who(&caller))
	c, err := mapiclient.Dial(t.Context(), mapiclient.Options{Mapper: "exch01:135", Dial: w.dial}, mapiclient.EMSMDB)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if err := c.Dummy(t.Context()); err != nil {
		t.Fatal(err)
	}
	if caller.Authenticated() {
		t.Errorf("caller is %+v, want nobody", caller)
	}
}

func TestDialUnregisteredInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, err := mapiclient.Dial(t.Context(), mapiclient.Options{Mapper: "exch01:135", Dial: w.dial}, mapiclient.NSPI)
	if !errors.Is(err, mapiclient.ErrNotRegistered) {
		t.Errorf("error is %v, want ErrNotRegistered", err)
	}
	w.serve(mapiclient.EMSMDB, nil)
	_, err = mapiclient.Dial(t.Context(), w.options(), mapiclient.NSPI)
	if !errors.Is(err, mapiclient.ErrInterfaceRefused) {
		t.Errorf("error is %v, want ErrInterfaceRefused", err)
	}
}

func TestDialAuthenticated(t *testing.T) {
	t.Parallel()
	for _, service := range []auth.Service{auth.ServiceNTLM, auth.ServiceNegotiate} {
		for _, level := range []auth.Level{auth.LevelConnect, auth.LevelIntegrity, auth.LevelPrivacy} {
			t.Run(service.String()+"/"+level.String(), func(t *testing.T) {
				t.Parallel()
				w := newWorld(t)
				var caller auth.Caller
				w.serve(mapiclient.EMSMDB, who(&caller))
				o := w.options()
				o.Service, o.Level, o.Domain, o.User, o.Password = service, level, "MAPID", "alice", "Password1!"
				c, err := mapiclient.Dial(t.Context(), o, mapiclient.EMSMDB)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				for range 3 {
					if err := c.Dummy(t.Context()); err != nil {
						t.Fatal(err)
					}
				}
				if caller.Identity.Account != "alice" || caller.Service != service || caller.Level != level {
					t.Errorf("caller is %+v", caller)
				}
			})
		}
	}
}

func TestDialWrongPassword(t *testing.T) {
	t.Parallel()
	for _, service := range []auth.Service{auth.ServiceNTLM, auth.ServiceNegotiate} {
		t.Run(service.String(), func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			var caller auth.Caller
			w.serve(mapiclient.EMSMDB, who(&caller))
			o := w.options()
			o.Service, o.User, o.Password = service, "alice", "wrong"
			c, err := mapiclient.Dial(t.Context(), o, mapiclient.EMSMDB)
			if err == nil { // raw NTLM learns it with the first call
				err = c.Dummy(t.Context())
				c.Close()
			}
			if err == nil || caller.Authenticated() {
				t.Errorf("error is %v, caller %+v", err, caller)
			}
		})
	}
}

func TestDialServiceWithoutInitiator(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	o := w.options()
	o.Service = auth.ServiceKerberos
	if _, err := mapiclient.Dial(t.Context(), o, mapiclient.EMSMDB); err == nil {
		t.Error("a client without Kerberos dialed with it")
	}
}

func TestAddInterface(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var caller auth.Caller
	w.serve(mapiclient.EMSMDB, who(&caller))
	w.serve(mapiclient.AsyncEMSMDB, nil)
	c := w.connect(mapiclient.EMSMDB)
	if _, err := c.Call(t.Context(), mapiclient.AsyncEMSMDB, 0, nil); !errors.Is(err, dcerpc.ErrNotBound) {
		t.Errorf("error before is %v, want ErrNotBound", err)
	}
	if err := c.AddInterface(t.Context(), mapiclient.AsyncEMSMDB); err != nil {
		t.Fatal(err)
	}
	_, err := c.Call(t.Context(), mapiclient.AsyncEMSMDB, 0, nil)
	if f, ok := errors.AsType[*dcerpc.Fault](err); !ok || f.Status != dcerpc.StatusOpRange {
		t.Errorf("error after is %v, want a fault for the opnum", err)
	}
	if err := c.AddInterface(t.Context(), mapiclient.RFR); !errors.Is(err, mapiclient.ErrInterfaceRefused) {
		t.Errorf("error is %v, want ErrInterfaceRefused", err)
	}
	if err := c.Dummy(t.Context()); err != nil {
		t.Error(err)
	}
}
