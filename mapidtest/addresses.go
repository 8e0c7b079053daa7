package mapidtest

import (
	"net"
	"strconv"
	"strings"
)

// On returns the server of a name, where there are several in the process.
func (s *Server) On(name string) *Server {
	s.process.t.Helper()
	for _, other := range s.process.servers {
		if strings.EqualFold(other.Name(), name) {
			return other
		}
	}
	s.process.t.Fatalf("mapidtest: no server is called %s", name)
	return nil
}

// Name is the computer name that clients see.
func (s *Server) Name() string { return s.addresses.Name }

// FQDN is the full name that clients see.
func (s *Server) FQDN() string { return s.addresses.FQDN }

// Host is the address that the server listens on.
func (s *Server) Host() string {
	host, _, _ := net.SplitHostPort(s.EPM())
	return host
}

// EPM is where the endpoint mapper listens, host:port.
func (s *Server) EPM() string { return s.addresses.EPM[0] }

// EMSMDB is where the mailbox store listens, host:port.
func (s *Server) EMSMDB() string { return s.addresses.EMSMDB[0] }

// NSPI is where the address book and the referral service listen, host:port.
func (s *Server) NSPI() string { return s.addresses.NSPI[0] }

// SMTP is where mail from programs comes in, host:port; all servers of a process share it. It is empty if listen.smtp
// is off.
func (s *Server) SMTP() string { return s.process.smtp }

// EPMPort is the port of the endpoint mapper.
func (s *Server) EPMPort() int { return port(s.EPM()) }

// EMSMDBPort is the port of the mailbox store.
func (s *Server) EMSMDBPort() int { return port(s.EMSMDB()) }

// NSPIPort is the port of the address book and the referral service.
func (s *Server) NSPIPort() int { return port(s.NSPI()) }

// AdminURL is the base of the admin API, which all servers of a process share.
func (s *Server) AdminURL() string { return s.process.admin }

func port(address string) int {
	_, text, _ := net.SplitHostPort(address)
	n, _ := strconv.Atoi(text) // of an address that is listened on
	return n
}
