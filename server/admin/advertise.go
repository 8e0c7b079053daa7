package admin

import "net/http"

// Advertise is what clients are told where an address is translated on the way.
type Advertise struct {
	Server string `json:"server"`
	Host   string `json:"host"`   // empty: the address they came to
	EMSMDB int    `json:"emsmdb"` // 0: the real port
	NSPI   int    `json:"nspi"`   // 0: the real port
	Actual Ports  `json:"actual"`
}

// Ports are the ports a server really listens on.
type Ports struct {
	EPM    int `json:"epm"`
	EMSMDB int `json:"emsmdb"`
	NSPI   int `json:"nspi"`
}

// AdvertiseChange is a change of it. Null brings back what the configuration says.
type AdvertiseChange struct {
	Host   Field[string] `json:"host,omitzero"`
	EMSMDB Field[int]    `json:"emsmdb,omitzero"`
	NSPI   Field[int]    `json:"nspi,omitzero"`
}

func (s *Server) getAdvertise(r *http.Request) (Advertise, error) {
	c, err := s.controller(r)
	if err != nil {
		return Advertise{}, err
	}
	return c.Advertise(), nil
}

func (s *Server) patchAdvertise(r *http.Request, change AdvertiseChange) (Advertise, error) {
	c, err := s.controller(r)
	if err != nil {
		return Advertise{}, err
	}
	return c.ChangeAdvertise(change)
}
