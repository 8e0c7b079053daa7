package admin

import "time"

// Connection is one transport connection of a server, with or without a session.
type Connection struct {
	Server     string               `json:"server"`
	ID         uint64               `json:"id"`
	Endpoint   string               `json:"endpoint"`   // epm, emsmdb, nspi
	Interfaces []string             `json:"interfaces"` // bound: emsmdb, asyncemsmdb, nspi, rfr, epm, mgmt
	Transport  string               `json:"transport"`
	Remote     string               `json:"remote"` // address the client came from
	Local      string               `json:"local"`  // address it came to
	Security   []ConnectionSecurity `json:"security"`
	Opened     time.Time            `json:"opened"`
	Last       time.Time            `json:"last"` // its last call; the time it was opened if there was none
	Calls      uint64               `json:"calls"`
	Pending    int                  `json:"pending"` // calls in flight
}

// ConnectionSecurity is one security context of a connection.
type ConnectionSecurity struct {
	User      string `json:"user"`
	Service   string `json:"service"`   // ntlm, negotiate, kerberos
	Mechanism string `json:"mechanism"` // ntlm, kerberos: what proved it, under negotiate too
	Level     string `json:"level"`     // connect, packet, integrity, privacy
	KeyBits   int    `json:"key_bits"`
}

// connectionsOf are the connections of a server on which user is known, or all if user is empty.
func connectionsOf(c Controller, user string) []Connection {
	var out []Connection
	for _, conn := range c.Connections() {
		keep := user == ""
		for _, s := range conn.Security {
			keep = keep || equalFold(user, s.User)
		}
		if keep {
			out = append(out, conn)
		}
	}
	return out
}
