package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"strconv"
	"strings"
	"syscall"

	"github.com/mapid/mapid/internal/config"
	"github.com/mapid/mapid/internal/dcerpc"
	"github.com/mapid/mapid/server/rpctcp"
)

// fallbackEPM is the endpoint mapper's port where 135 is not permitted and nobody asked for it.
const fallbackEPM = 1135

// listen opens one port of a server. key is the configuration's name for it.
func (a *App) listen(ctx context.Context, s *server, ep *dcerpc.Endpoint, port int, key string) error {
	r := a.cfg.Listen.DynamicRange
	l, err := rpctcp.Listen(ctx, rpctcp.Options{
		Logger: a.log, Server: s.rpc, Endpoint: ep, Addresses: s.cfg.Address, Port: uint16(port),
		Range: rpctcp.Range{First: uint16(r.First), Last: uint16(r.Last)},
	})
	if err != nil {
		return listenError(err, s.cfg.Address, port, fmt.Sprintf("%s of server %s", key, s.cfg.Name), key)
	}
	s.listeners = append(s.listeners, l)
	return nil
}

// listenEPM opens the endpoint mapper's port. Port 135 that was not asked for and is not permitted becomes 1135.
func (a *App) listenEPM(ctx context.Context, s *server, ep *dcerpc.Endpoint) error {
	err := a.listen(ctx, s, ep, s.cfg.EPM, "listen.epm")
	if !errors.Is(err, fs.ErrPermission) || a.cfg.IsSet("listen.epm") || s.cfg.EPM != config.Default().Listen.EPM {
		return err
	}
	s.fallback = true
	return a.listen(ctx, s, ep, fallbackEPM, "listen.epm")
}

// listenError turns what the system says into a sentence with the remedy.
func listenError(err error, addresses []string, port int, what, key string) error {
	at := fmt.Sprintf("port %d on %s", port, strings.Join(addresses, ", "))
	remedy := fmt.Sprintf("set %s (%s) to another one", key, config.Variable(key))
	switch {
	case errors.Is(err, rpctcp.ErrNoPort):
		return fmt.Errorf("%s finds no free port in listen.dynamic_range on %s: give it a larger range", what, strings.Join(addresses, ", "))
	case errors.Is(err, syscall.EADDRINUSE):
		return &startError{fmt.Sprintf("%s, for %s, is taken by another program: stop that program or %s", at, what, remedy), err}
	case errors.Is(err, fs.ErrPermission):
		return &startError{fmt.Sprintf("%s, for %s, is not permitted: run with the privilege to open low ports or %s", at, what, remedy), err}
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		return &startError{fmt.Sprintf("%s, for %s: this machine does not have the address: correct listen.address", at, what), err}
	}
	return fmt.Errorf("%s, for %s, cannot be opened: %w", at, what, err)
}

// startError has a text for the operator instead of the system's.
type startError struct {
	text  string
	cause error
}

func (e *startError) Error() string { return e.text }

func (e *startError) Unwrap() error { return e.cause }

// listenTCP opens a port that is not one of RPC's. key is the configuration's name for it.
func listenTCP(ctx context.Context, address string, port int, what, key string) (net.Listener, error) {
	network := "tcp4"
	if strings.Contains(address, ":") {
		network = "tcp" // "::" has both families
	}
	l, err := new(net.ListenConfig).Listen(ctx, network, net.JoinHostPort(address, strconv.Itoa(port)))
	if err != nil {
		return nil, listenError(err, []string{address}, port, what, key)
	}
	return l, nil
}
