package admin

import "net/http"

// RPCClientAccess is what Exchange keeps in its object of that name, and its neighbours in the configuration.
type RPCClientAccess struct {
	Server                string   `json:"server"`
	EncryptionRequired    bool     `json:"encryption_required"`
	BlockedClientVersions []string `json:"blocked_client_versions"`
	MaximumConnections    int      `json:"maximum_connections"`
	Compression           string   `json:"compression"`
	XOR                   string   `json:"xor"`
	Strict                bool     `json:"strict"`
	PushAnyAddress        bool     `json:"push_any_address"`
}

// RPCClientAccessChange is a change of it. Null brings back what the configuration says.
type RPCClientAccessChange struct {
	EncryptionRequired    Field[bool]     `json:"encryption_required,omitzero"`
	BlockedClientVersions Field[[]string] `json:"blocked_client_versions,omitzero"`
	MaximumConnections    Field[int]      `json:"maximum_connections,omitzero"`
	Compression           Field[string]   `json:"compression,omitzero"`
	XOR                   Field[string]   `json:"xor,omitzero"`
	Strict                Field[bool]     `json:"strict,omitzero"`
	PushAnyAddress        Field[bool]     `json:"push_any_address,omitzero"`
}

func (s *Server) getRPCClientAccess(r *http.Request) (RPCClientAccess, error) {
	c, err := s.controller(r)
	if err != nil {
		return RPCClientAccess{}, err
	}
	return c.RPCClientAccess(), nil
}

func (s *Server) patchRPCClientAccess(r *http.Request, change RPCClientAccessChange) (RPCClientAccess, error) {
	c, err := s.controller(r)
	if err != nil {
		return RPCClientAccess{}, err
	}
	return c.ChangeRPCClientAccess(change)
}
