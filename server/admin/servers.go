package admin

import "net/http"

// ServerInfo is what a client needs to know of a server to find it and to trust it.
type ServerInfo struct {
	Name               string   `json:"name"`    // computer name
	FQDN               string   `json:"fqdn"`    // what clients are told is advertise.host, if that is set
	Profile            string   `json:"profile"` // exchange2010-sp1
	Version            string   `json:"version"` // 14.1.218.15
	DN                 string   `json:"dn"`      // legacy DN
	DatabaseDN         string   `json:"database_dn"`
	NetBIOS            string   `json:"netbios"` // NTLM domain
	Domain             string   `json:"domain"`  // mail domain
	Realm              string   `json:"realm"`
	Kerberos           bool     `json:"kerberos"`           // a keytab is there
	ServicePrincipals  []string `json:"service_principals"` // exchangeMDB/host and so on
	Addresses          []string `json:"addresses"`          // IP addresses under which clients reach it
	Ports              Ports    `json:"ports"`              // as clients are told; the endpoint mapper's is the real one
	EncryptionRequired bool     `json:"encryption_required"`
}

// ServerList is the answer to what servers there are.
type ServerList struct {
	Servers []ServerInfo `json:"servers"`
}

func (s *Server) servers(*http.Request) (ServerList, error) {
	var list ServerList
	for _, c := range s.opts.Servers {
		list.Servers = append(list.Servers, c.Info())
	}
	return list, nil
}
